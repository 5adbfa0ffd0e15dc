import { drawHeader, HEADER_HEIGHT, MARGIN } from './header.ts'
import { legible } from './legible-text.ts'
import { palette } from './palette.ts'
import { drawPicture, type RgbPicture } from './picture.ts'
import { renderPng } from './surface.ts'
import { drawText, typeSize } from './text.ts'

const GAP = 14
const CAPTION_HEIGHT = 18

export interface ContactSheetInput {
  readonly title: string
  readonly subtitle: string
  readonly pictures: readonly { readonly picture: RgbPicture; readonly name: string }[]
  /** Pictures in a row; by default as many as make a sheet of about 4:3. */
  readonly columns?: number
}

/** Many pictures with their names, small. */
export function contactSheetPlot(input: ContactSheetInput): Promise<Uint8Array> {
  const { pictures } = input
  const columns = input.columns ?? Math.min(16, Math.max(4, Math.ceil(Math.sqrt(pictures.length * 1.35))))
  const side = columns > 10 ? 84 : columns > 6 ? 104 : 132
  const rows = Math.max(1, Math.ceil(pictures.length / columns))
  const width = 2 * MARGIN + columns * side + (columns - 1) * GAP
  const height = MARGIN + HEADER_HEIGHT + rows * (side + CAPTION_HEIGHT + GAP) - GAP + MARGIN
  return renderPng(width, height, (context) => {
    drawHeader(context, input, width)
    if (pictures.length === 0)
      drawText(context, 'No pictures.', MARGIN, MARGIN + HEADER_HEIGHT + 20, { color: palette.inkSoft })
    for (const [index, { picture, name }] of pictures.entries()) {
      const x = MARGIN + (index % columns) * (side + GAP)
      const y = MARGIN + HEADER_HEIGHT + Math.floor(index / columns) * (side + CAPTION_HEIGHT + GAP)
      drawPicture(context, picture, x, y, side)
      drawText(context, legible(name), x, y + side + 14, {
        size: typeSize.label,
        color: palette.inkSoft,
        maxWidth: side,
      })
    }
  })
}
