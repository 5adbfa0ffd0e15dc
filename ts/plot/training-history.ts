import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { drawLinePanel, type LinePanel, type Series } from './line-panel.ts'
import { percentText, shortNumber } from './number-text.ts'
import { palette } from './palette.ts'
import { renderPng } from './surface.ts'

const PANEL_WIDTH = 430
const PANEL_HEIGHT = 320
const PANEL_GAP = 36

/** [epoch, value] in order; empty where nothing was logged. */
export type Curve = readonly (readonly [epoch: number, value: number])[]

export interface TrainingHistoryInput {
  readonly trainLoss: Curve
  readonly valLoss: Curve
  /** Accuracies and the like are shares of 1. */
  readonly trainAccuracy: Curve
  readonly valAccuracy: Curve
  readonly valTop5: Curve
  readonly learningRate: Curve
  /** What the run is: `ResNet18, jersey-numbers`. */
  readonly caption: string
}

/** Loss, accuracy and learning rate over the epochs, side by side; best validation values are ringed. */
export function trainingHistoryPlot(input: TrainingHistoryInput): Promise<Uint8Array> {
  const train = { name: 'train', color: palette.slate, quiet: true }
  const val = { name: 'val', color: palette.blue }
  const top5: Series[] =
    input.valTop5.length > 0
      ? [{ name: 'val top-5', color: palette.sky, quiet: true, points: input.valTop5 }]
      : []
  const panels: LinePanel[] = [
    {
      title: 'Loss',
      series: [
        { ...train, points: input.trainLoss },
        { ...val, best: 'min', points: input.valLoss },
      ],
      format: shortNumber,
      bounds: { low: 0, nearLow: 0.5 },
      mayBeLog: true,
      emptyText: 'no loss logged yet',
    },
    {
      title: 'Accuracy',
      series: [
        { ...train, points: input.trainAccuracy },
        { ...val, best: 'max', points: input.valAccuracy },
        ...top5,
      ],
      format: (share) => percentText(share),
      tickFormat: (share) => percentText(share).replace('.0 %', ' %'),
      bounds: { low: 0, high: 1, nearLow: 0.5 },
      emptyText: 'no accuracy logged yet',
    },
    {
      title: 'Learning rate',
      series: [{ name: 'lr', color: palette.plum, points: input.learningRate }],
      format: shortNumber,
      bounds: { low: 0 },
      emptyText: 'no learning rate logged yet',
    },
  ]
  const epochs = new Set(
    [input.trainLoss, input.valLoss, input.learningRate].flatMap((curve) => curve.map(([epoch]) => epoch)),
  ).size
  const width = 2 * MARGIN + panels.length * PANEL_WIDTH + (panels.length - 1) * PANEL_GAP
  const height = MARGIN + HEADER_HEIGHT + PANEL_HEIGHT + MARGIN
  const subtitle = [input.caption, epochs === 1 ? '1 epoch' : `${epochs} epochs`].join('  ·  ')
  return renderPng(width, height, (context) => {
    drawHeader(context, { title: 'Training history', subtitle }, width)
    for (const [index, panel] of panels.entries())
      drawLinePanel(context, panel, {
        x: MARGIN + index * (PANEL_WIDTH + PANEL_GAP),
        y: MARGIN + HEADER_HEIGHT,
        width: PANEL_WIDTH,
        height: PANEL_HEIGHT,
      })
  })
}
