import { imbalanceRatio } from '../plot/imbalance-ratio.ts'
import { countText, shortNumber } from '../plot/number-text.ts'
import { html, type Markup } from './html.ts'
import type { PlanFile } from './report-data.ts'

/** What the data set holds. */
export function dataSection({ data }: PlanFile): Markup {
  const rows = data.splits.map(({ split, samples, images, per_class: counts }) => {
    const present = counts.filter((count) => count > 0)
    const least = present.length === 0 ? 0 : Math.min(...present)
    return html`<tr><td>${split}</td><td class="num">${countText(samples)}</td><td class="num">${countText(images)}</td><td class="num">${countText(present.length)}</td><td class="num">${countText(least)} – ${countText(Math.max(0, ...counts))}</td><td class="num">${shortNumber(imbalanceRatio(counts))} : 1</td></tr>`
  })
  const warnings =
    data.warnings.length === 0 ? '' : html`<ul>${data.warnings.map((line) => html`<li>${line}</li>`)}</ul>`
  return html`<h2>Data set</h2><dl><dt>Folder</dt><dd>${data.root}</dd><dt>Fingerprint</dt><dd>${data.fingerprint.slice(0, 16)}</dd></dl>${warnings}<div class="scroll"><table><thead><tr><th>Split</th><th class="num">Samples</th><th class="num">Images</th><th class="num">Classes</th><th class="num">Per class</th><th class="num">Imbalance</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
