import type { ConfidenceBin } from '../plot/reliability-diagram.ts'
import { html, type Markup } from './html.ts'

const SIDE = 250
const LEFT = 60
const TOP = 8

/** How often the model was right at each confidence, the gap to what it claimed, and how often it claimed it, as SVG. */
export function reliabilityChart(bins: readonly ConfidenceBin[]): Markup {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const up = (share: number): number => TOP + SIDE * (1 - share)
  const width = SIDE / Math.max(1, bins.length) - 1.5
  const columns = bins.map(({ count, accuracy, confidence }, index) => {
    const x = (LEFT + (index * SIDE) / bins.length).toFixed(1)
    const tall = ((count / most) * 46).toFixed(1)
    const [above, below] = accuracy > confidence ? [accuracy, confidence] : [confidence, accuracy]
    if (count === 0) return html``
    const [fill, edge] = accuracy > confidence ? ['--spare', '--blue'] : ['--gap', '--wrong']
    return html`<rect x="${x}" y="${up(below).toFixed(1)}" width="${width.toFixed(1)}" height="${(below * SIDE).toFixed(1)}" fill="var(--blue)"/><rect x="${x}" y="${up(above).toFixed(1)}" width="${width.toFixed(1)}" height="${((above - below) * SIDE).toFixed(1)}" fill="var(${fill})" stroke="var(${edge})" stroke-width=".75"/><rect x="${x}" y="${(TOP + SIDE + 62 - Number(tall)).toFixed(1)}" width="${width.toFixed(1)}" height="${tall}" fill="var(--slate)"/>`
  })
  const ticks = [0, 0.5, 1].map(
    (tick) =>
      html`<path d="M${LEFT} ${up(tick)}h${SIDE}" stroke="var(--line)"/><text x="${LEFT - 7}" y="${up(tick) + 4}" text-anchor="end">${tick * 100} %</text><text x="${LEFT + tick * SIDE}" y="${TOP + SIDE + 80}" text-anchor="middle">${tick * 100} %</text>`,
  )
  return html`<svg viewBox="0 0 ${LEFT + SIDE + 24} ${TOP + SIDE + 102}" role="img" aria-label="Reliability diagram" style="max-width:360px">${ticks}${columns}<path d="M${LEFT} ${up(0)}L${LEFT + SIDE} ${up(1)}" stroke="var(--faint)" stroke-dasharray="4 3"/><text x="${LEFT + SIDE / 2}" y="${TOP + SIDE + 98}" text-anchor="middle" class="label">confidence</text><text transform="translate(10 ${TOP + SIDE / 2}) rotate(-90)" text-anchor="middle" class="label">accuracy</text></svg>`
}
