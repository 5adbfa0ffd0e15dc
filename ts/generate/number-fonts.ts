import { fileURLToPath } from 'node:url'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'

/** A typeface that jersey numbers are set in. */
export interface NumberFont {
  /** What to write as the family in `context.font`. */
  readonly family: string
  /** Font size at which a digit is one unit high. */
  readonly sizePerHeight: number
  /** Stroke to add in the fill's colour, in digit heights: thin faces are worn bold. */
  readonly embolden: number
  /** The character that stands for the digit zero. */
  readonly zero: string
  /** How often it is worn, relative to the others. */
  readonly weight: number
}

interface FontFile {
  readonly name: string
  readonly fontWeight: number
  readonly embolden?: number
  readonly zero?: string
  readonly weight: number
}

/** Open fonts (SIL OFL 1.1), each the package `@fontsource/<name>`. */
const FILES: readonly FontFile[] = [
  // Graduate's zero has a dot that no jersey has.
  { name: 'graduate', fontWeight: 400, embolden: 0.085, zero: 'O', weight: 5 },
  { name: 'saira-condensed', fontWeight: 700, embolden: 0.02, weight: 3 },
  { name: 'oswald', fontWeight: 700, weight: 3 },
  { name: 'anton', fontWeight: 400, weight: 2 },
  { name: 'teko', fontWeight: 700, weight: 3 },
  { name: 'staatliches', fontWeight: 400, embolden: 0.03, weight: 1 },
  { name: 'russo-one', fontWeight: 400, weight: 3 },
  { name: 'alfa-slab-one', fontWeight: 400, weight: 1 },
]

let loaded: readonly NumberFont[] | undefined

/** Registers the fonts on the first call. Throws where a font file is missing or unreadable. */
export function numberFonts(): readonly NumberFont[] {
  loaded ??= FILES.map(load)
  return loaded
}

function load(file: FontFile): NumberFont {
  const path = fileURLToPath(
    import.meta.resolve(`@fontsource/${file.name}/files/${file.name}-latin-${file.fontWeight}-normal.woff2`),
  )
  const family = `Jersey ${file.name}`
  if (!GlobalFonts.registerFromPath(path, family)) {
    throw new Error(`cannot read the font file ${path}; install the packages again with \`bun install\``)
  }
  const context = createCanvas(8, 8).getContext('2d')
  context.font = `100px "${family}"`
  return {
    family: `"${family}"`,
    sizePerHeight: 100 / context.measureText('1').actualBoundingBoxAscent,
    embolden: file.embolden ?? 0,
    zero: file.zero ?? '0',
    weight: file.weight,
  }
}
