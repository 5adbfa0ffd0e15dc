import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GlobalFonts } from '@napi-rs/canvas'

/**
 * Fonts of scripts that the text font lacks, the first that has a character wins. Each is cut into files by Unicode range,
 * of which a picture loads those whose characters it draws. Of some packages one part only is a script of its own; the
 * Korean one is taken for Hangul alone, since Chinese and Japanese share the font before it.
 */
const PACKAGES: readonly { readonly font: string; readonly part?: string; readonly only?: RegExp }[] = [
  { font: 'noto-sans-hebrew', part: 'hebrew' },
  { font: 'noto-sans-arabic', part: 'arabic' },
  { font: 'noto-emoji' },
  { font: 'noto-sans-kr', only: /\p{Script=Hangul}/u },
  { font: 'noto-sans-sc' },
]

/** A file of a font: what it covers, as pairs of first and last code point. */
interface FontFile {
  readonly family: string
  readonly path: string
  readonly only: RegExp | undefined
  readonly ranges: readonly (readonly [first: number, last: number])[]
}

let files: readonly FontFile[] | undefined
const families: string[] = []

/** Families that were loaded so far, in the order in which they are to be tried. */
export function scriptFamilies(): readonly string[] {
  return families
}

/** Loads the packaged font of a character, if there is one; false where there is none. */
export function loadScriptFont(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  files ??= PACKAGES.flatMap(filesOf)
  const file = files.find(
    ({ ranges, only }) =>
      (only === undefined || only.test(character)) &&
      ranges.some(([first, last]) => first <= point && point <= last),
  )
  if (file === undefined) return false
  if (families.includes(file.family)) return true
  if (!GlobalFonts.registerFromPath(file.path, file.family))
    throw new Error(`cannot read the font file ${file.path}; install the packages again with \`bun install\``)
  families.push(file.family)
  return true
}

function filesOf({ font, part, only }: (typeof PACKAGES)[number]): FontFile[] {
  const place = (file: string): string =>
    fileURLToPath(import.meta.resolve(`@fontsource-variable/${font}/${file}`))
  const parts = JSON.parse(readFileSync(place('unicode.json'), 'utf8')) as Record<string, string>
  return Object.entries(parts).flatMap(([key, ranges]) => {
    const name = key.replace(/[[\]]/g, '')
    // A CJK font brings Latin letters of its own, which are not to stand among those of the text font.
    if (part === undefined ? !/^\d+$/.test(name) : name !== part) return []
    return [
      {
        family: `Plot ${font} ${name}`,
        only,
        path: place(`files/${font}-${name}-wght-normal.woff2`),
        ranges: ranges.split(',').map(rangeOf),
      },
    ]
  })
}

/** `U+4E00-4E2F`, `U+26BD` or `U+4E??`. */
function rangeOf(text: string): [first: number, last: number] {
  const [from = '', to = from] = text.trim().slice(2).split('-')
  return [Number.parseInt(from.replaceAll('?', '0'), 16), Number.parseInt(to.replaceAll('?', 'F'), 16)]
}
