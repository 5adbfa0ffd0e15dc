import { fileURLToPath } from 'node:url'
import { GlobalFonts } from '@napi-rs/canvas'
import { scriptFamilies } from './script-fonts.ts'

/** Unicode ranges of the plots' font, first match wins: one family name per file, since a family has no glyph fallback. */
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'vietnamese'] as const
const WEIGHTS = [400, 600] as const

/**
 * What to write as the family in `context.font`: ``context.font = `600 14px ${fontFamily()}` ``. Weights 400 and 600. It grows
 * with the scripts that `legible` met.
 */
export function fontFamily(): string {
  const scripts = scriptFamilies()
  if (family === undefined || scripts.length !== counted) {
    counted = scripts.length
    const names = [...SUBSETS.map(familyName), ...scripts]
    family = [...names.map((name) => `"${name}"`), 'sans-serif'].join(', ')
  }
  return family
}

let family: string | undefined
let counted = 0

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
      if (!GlobalFonts.registerFromPath(file, familyName(subset))) {
        throw new Error(`cannot read the font file ${file}; install the packages again with \`bun install\``)
      }
    }
  }
  registered = true
}

function familyName(subset: string): string {
  return `Plot Inter ${subset}`
}
