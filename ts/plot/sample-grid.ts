import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { palette } from './palette.ts'
import { drawPredictionTile, type Prediction, TILE_GAP, TILE_HEIGHT, TILE_SIDE } from './prediction-tile.ts'
import { renderPng } from './surface.ts'
import { drawText } from './text.ts'

export interface SampleGridInput {
  readonly samples: readonly Prediction[]
  /** What was evaluated: `Validation, epoch 7`. */
  readonly caption: string
}

/** Samples with what the model said of them; wrong ones are framed. */
export function sampleGridPlot({ samples, caption }: SampleGridInput): Promise<Uint8Array> {
  const columns = gridColumns(samples.length)
  const rows = Math.max(1, Math.ceil(samples.length / columns))
  const width = 2 * MARGIN + columns * TILE_SIDE + (columns - 1) * TILE_GAP
  const height = MARGIN + HEADER_HEIGHT + rows * TILE_HEIGHT + (rows - 1) * TILE_GAP + MARGIN
  const right = samples.filter(({ correct }) => correct).length
  const facts = samples.length === 0 ? caption : `${caption}  ·  ${right} of ${samples.length} right`
  return renderPng(width, height, (context) => {
    drawHeader(context, { title: 'Sample predictions', subtitle: facts }, width)
    if (samples.length === 0)
      drawText(context, 'No images were evaluated.', MARGIN, MARGIN + HEADER_HEIGHT + 24, {
        color: palette.inkSoft,
      })
    for (const [index, sample] of samples.entries())
      drawPredictionTile(
        context,
        sample,
        MARGIN + (index % columns) * (TILE_SIDE + TILE_GAP),
        MARGIN + HEADER_HEIGHT + Math.floor(index / columns) * (TILE_HEIGHT + TILE_GAP),
      )
  })
}

/** Few enough that names stay readable when the picture is shown small, never narrower than its title. */
function gridColumns(count: number): number {
  if (count <= 16) return Math.min(4, Math.max(2, count))
  return count <= 36 ? 6 : 8
}
