import { readFloat, readInteger } from './number-text.ts'

/** How PyYAML's emitter would write a text in block style: plain where that reads back, else quoted. */
export type ScalarStyle = 'plain' | 'single' | 'double'

const BREAKS = '\n\u0085\u2028\u2029'
const BLANKS = `\0 \t\r${BREAKS}`

const BOOLEAN_TEXTS = new Set(
  'y Y yes Yes YES n N no No NO true True TRUE false False FALSE on On ON off Off OFF'.split(' '),
)

/** Plain texts that YAML 1.1 readers would not read as text. */
const TYPED_FORMS = [
  /^(~|null|Null|NULL|)$/,
  /^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/,
  /^([-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+)$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?$/,
  /^(<<|=)$/,
]

export interface TextShape {
  readonly empty: boolean
  readonly multiline: boolean
}

/** The style of `text` as a value, or as a key (`inKey`), and what decides whether it can be a simple key. */
export function scalarStyle(text: string, inKey: boolean): { style: ScalarStyle; shape: TextShape } {
  const traits = analyse(text)
  const shape = { empty: text === '', multiline: traits.lineBreaks }
  const plainReadsBack =
    !BOOLEAN_TEXTS.has(text) &&
    readInteger(text) === undefined &&
    readFloat(text) === undefined &&
    !TYPED_FORMS.some((form) => form.test(text))
  if (plainReadsBack && traits.plain && !(inKey && (shape.empty || shape.multiline)))
    return { style: 'plain', shape }
  if (traits.single && !(inKey && shape.multiline)) return { style: 'single', shape }
  return { style: 'double', shape }
}

function analyse(text: string): { plain: boolean; single: boolean; lineBreaks: boolean } {
  if (text === '') return { plain: true, single: true, lineBreaks: false }
  const characters = Array.from(text)
  const last = characters.length - 1
  let indicator = text.startsWith('---') || text.startsWith('...')
  let lineBreaks = false
  let special = false
  let spaceThenBreak = false
  let breakThenSpace = false
  let previous = ''
  for (const [index, character] of characters.entries()) {
    const next = characters[index + 1]
    const followedByBlank = next === undefined || BLANKS.includes(next)
    if (index === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(character)) indicator = true
      if ('?:-'.includes(character) && followedByBlank) indicator = true
    } else {
      if (character === ':' && followedByBlank) indicator = true
      if (character === '#' && BLANKS.includes(previous)) indicator = true
    }
    const isBreak = BREAKS.includes(character)
    if (isBreak) lineBreaks = true
    if (!isPrintable(character)) special = true
    if (character === ' ' && previous !== '' && BREAKS.includes(previous)) breakThenSpace = true
    if (isBreak && previous === ' ') spaceThenBreak = true
    previous = character
  }
  const edges = [characters[0] ?? '', characters[last] ?? '']
  const padded = edges.some((edge) => edge === ' ' || BREAKS.includes(edge))
  const single = !breakThenSpace && !spaceThenBreak && !special
  return { plain: single && !padded && !lineBreaks && !indicator, single, lineBreaks }
}

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e) || code === 0x85) return true
  if (code === 0xfeff) return false
  return (
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code < 0x10ffff)
  )
}
