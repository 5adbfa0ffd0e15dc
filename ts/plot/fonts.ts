import { fileURLToPath } from 'node:url'
import { GlobalFonts } from '@napi-rs/canvas'

/** Unicode ranges of the plots' font, first match wins: one family name per file, since a family has no glyph fallback. */
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'vietnamese'] as const
const WEIGHTS = [400, 600] as const

/** What to write as the family in `context.font`: ``context.font = `600 14px ${FONT_FAMILY}` ``. Weights 400 and 600. */
export const FONT_FAMILY = [...SUBSETS.map(familyName), 'sans-serif'].join(', ')

let registered = false

/**
 * Makes the plots' text font (Inter, from its npm package) known to the canvas, so that pictures look the same on
 * every machine. Idempotent. Throws where a font file is missing or unreadable.
 */
export function registerFonts(): void {
  if (registered) return
  for (const subset of SUBSETS) {
    for (const weight of WEIGHTS) {
      const file = fileURLToPath(
        import.meta.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`),
      )
      if (!GlobalFonts.registerFromPath(file, familyName(subset).replaceAll('"', ''))) {
        throw new Error(`cannot read the font file ${file}; install the packages again with \`bun install\``)
      }
    }
  }
  registered = true
}

function familyName(subset: string): string {
  return `"Plot Inter ${subset}"`
}
