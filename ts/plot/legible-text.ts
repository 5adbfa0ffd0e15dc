import { createCanvas } from '@napi-rs/canvas'
import { fontFamily, registerFonts } from './fonts.ts'
import { plainName } from './plain-name.ts'
import { loadScriptFont } from './script-fonts.ts'

/** What the packaged font draws for sure: Latin, Greek, Cyrillic, Vietnamese, common punctuation. */
const PACKAGED =
  /^[\u0020-\u007e\u00a1-\u017f\u0391-\u03c9\u0410-\u044f\u2013\u2014\u2018-\u201d\u2022\u2026\u2192\u00d7]$/u
/** Shown as part of the character before it. */
const ATTACHED = /^(?:\p{M}|\u200c|\u200d|[\ufe00-\ufe0f]|[\u{1f3fb}-\u{1f3ff}])$/u

/**
 * A name from a data set as it can be drawn: on one line, without control and reordering marks. Characters that no
 * packaged or installed font has are written as `U+26BD`, so that two names that differ look different.
 */
export function legible(name: string): string {
  let text = ''
  for (const character of plainName(name)) {
    if (PACKAGED.test(character) || ATTACHED.test(character) || isDrawable(character)) text += character
    else text += `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} `
  }
  return text.trim()
}

const drawable = new Map<string, boolean>()
let missing: string | undefined

/** Is there a glyph for the character, or only the box that stands for a missing one? */
function isDrawable(character: string): boolean {
  let known = drawable.get(character)
  if (known === undefined) {
    // A private-use character of the last plane has no glyph in any font.
    missing ??= inkOf('\u{10fffd}')
    loadScriptFont(character)
    const ink = inkOf(character)
    known = ink !== missing
    drawable.set(character, known)
  }
  return known
}

/** The pixels of a character, as text to compare. */
function inkOf(character: string): string {
  registerFonts()
  const context = createCanvas(40, 32).getContext('2d')
  context.font = `400 20px ${fontFamily()}`
  context.fillText(character, 4, 24)
  return Buffer.from(context.getImageData(0, 0, 40, 32).data.buffer).toString('latin1')
}
