import { palette } from './palette.ts'
import type { Context } from './surface.ts'
import { drawText, typeSize } from './text.ts'

/** Space around every page. */
export const MARGIN = 32

/** Height of title and subtitle with the space below them. */
export const HEADER_HEIGHT = 58

export interface Header {
  readonly title: string
  /** The facts in one line. */
  readonly subtitle: string
}

/** Title and subtitle at the top left of the page. */
export function drawHeader(context: Context, header: Header, pageWidth: number): void {
  const maxWidth = pageWidth - 2 * MARGIN
  drawText(context, header.title, MARGIN, MARGIN + 16, { size: typeSize.title, weight: 600, maxWidth })
  drawText(context, header.subtitle, MARGIN, MARGIN + 38, {
    size: typeSize.body,
    color: palette.inkSoft,
    maxWidth,
  })
}
