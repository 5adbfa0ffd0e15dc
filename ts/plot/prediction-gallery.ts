import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { palette } from './palette.ts'
import { drawPredictionTile, type Prediction, TILE_GAP, TILE_HEIGHT, TILE_SIDE } from './prediction-tile.ts'
import { renderPng } from './surface.ts'
import { drawText, typeSize } from './text.ts'

const HEADING = 34
const SECTION_GAP = 26

export interface GallerySection {
  readonly title: string
  /** What the section holds, in a few words. */
  readonly note: string
  readonly samples: readonly Prediction[]
  readonly emptyText: string
}

export interface PredictionGalleryInput {
  readonly sections: readonly GallerySection[]
  readonly caption: string
}

/** One row of pictures a section. */
export function predictionGalleryPlot({ sections, caption }: PredictionGalleryInput): Promise<Uint8Array> {
  const columns = Math.max(3, ...sections.map(({ samples }) => samples.length))
  const width = 2 * MARGIN + columns * TILE_SIDE + (columns - 1) * TILE_GAP
  const heights = sections.map(
    ({ samples }) => HEADING + (samples.length > 0 ? TILE_HEIGHT : 20) + SECTION_GAP,
  )
  const height = heights.reduce((sum, part) => sum + part, MARGIN + HEADER_HEIGHT) + MARGIN - SECTION_GAP
  return renderPng(width, height, (context) => {
    drawHeader(context, { title: 'Prediction gallery', subtitle: caption }, width)
    let y = MARGIN + HEADER_HEIGHT
    for (const [index, section] of sections.entries()) {
      const taken = drawText(context, section.title, MARGIN, y + 14, { size: typeSize.heading, weight: 600 })
      drawText(context, section.note, MARGIN + taken + 12, y + 14, {
        color: palette.inkSoft,
        maxWidth: width - 2 * MARGIN - taken - 12,
      })
      if (section.samples.length === 0)
        drawText(context, section.emptyText, MARGIN, y + HEADING + 6, { color: palette.inkFaint })
      for (const [place, sample] of section.samples.entries())
        drawPredictionTile(context, sample, MARGIN + place * (TILE_SIDE + TILE_GAP), y + HEADING)
      y += heights[index] ?? 0
    }
  })
}
