import { legible } from './legible-text.ts'
import { percentText } from './number-text.ts'
import { palette } from './palette.ts'
import { drawWhole, type RgbPicture } from './picture.ts'
import { drawRankedList, RANKED_ROW_HEIGHT } from './ranked-list.ts'
import { renderJpeg } from './surface.ts'

/** The longest side of the picture itself, in logical pixels. */
const LONGEST = 480
/** Narrower pictures get white at their sides, so that names have room. */
const NARROWEST = 240
const PADDING = 16

export interface AnnotatedPictureInput {
  readonly picture: RgbPicture
  /** Best first. */
  readonly predictions: readonly { readonly label: string; readonly confidence: number }[]
  /** Below the picture, in front of the answers: the name of its file. */
  readonly heading: string
}

/** A JPEG: the picture with what a model says of it below: names, confidences, bars. */
export function annotatedPicturePlot(input: AnnotatedPictureInput): Promise<Uint8Array> {
  const { picture, predictions } = input
  const longest = Math.max(1, picture.width, picture.height)
  // Small pictures are enlarged at most fourfold: more shows nothing.
  const scale = Math.min(LONGEST / longest, Math.max(1, Math.min(4, NARROWEST / longest)))
  const [shownWidth, shownHeight] = [
    Math.max(1, Math.round(picture.width * scale)),
    Math.max(1, Math.round(picture.height * scale)),
  ]
  const width = Math.max(shownWidth, NARROWEST)
  const listTop = shownHeight + PADDING
  const height = listTop + 28 + Math.max(1, predictions.length) * RANKED_ROW_HEIGHT + PADDING - 6
  return renderJpeg(width, height, (context) => {
    context.fillStyle = palette.panel
    context.fillRect(0, 0, width, shownHeight)
    drawWhole(context, picture, (width - shownWidth) / 2, 0, shownWidth, shownHeight)
    drawRankedList(
      context,
      legible(input.heading),
      predictions.map(({ label, confidence }) => ({
        names: [legible(label)],
        value: percentText(confidence),
        share: Math.max(0, confidence),
      })),
      'No answer.',
      { x: PADDING, y: listTop, width: width - 2 * PADDING },
      palette.blue,
    )
  })
}
