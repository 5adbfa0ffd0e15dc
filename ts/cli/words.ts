import { existsSync } from 'node:fs'
import * as v from 'valibot'
import { nearest } from '../config/suggest/nearest.ts'
import { ConfigError, type ConfigProblem } from '../errors/index.ts'

type Entries = v.ObjectEntries

/** A command's arguments: `key=value` options by schema, bare words, and flags. */
export interface Words<E extends Entries> {
  readonly options: v.InferOutput<v.StrictObjectSchema<E, undefined>>
  readonly bare: readonly string[]
  readonly flags: ReadonlySet<string>
}

export interface WordRules<E extends Entries> {
  readonly command: string
  /** Each entry gets the text behind `key=`. */
  readonly entries: E
  /** Flags such as `--json`. */
  readonly flags?: readonly string[]
  /** Whether words that are no option are wanted. */
  readonly bare?: boolean
}

/** Reads a command's words. Throws a ConfigError with everything that is wrong with them. */
export function readWords<E extends Entries>(argv: readonly string[], rules: WordRules<E>): Words<E> {
  const known = Object.keys(rules.entries)
  const options: Record<string, string> = {}
  const bare: string[] = []
  const flags = new Set<string>()
  const problems: ConfigProblem[] = []
  for (const [argument, text] of argv.entries()) {
    const place = { kind: 'override', text, argument, column: 1 } as const
    const equals = text.indexOf('=')
    const key = equals < 0 ? text : text.slice(0, equals)
    if (text.startsWith('-') && text !== '-') {
      if (rules.flags?.includes(text)) flags.add(text)
      else
        problems.push({
          message: `${rules.command} has no flag ${text}`,
          place,
          suggestions: nearest(text, rules.flags ?? []),
        })
    } else if (equals > 0 && known.includes(key)) options[key] = text.slice(equals + 1)
    // A file may be called anything, a slip of the finger is likelier where there is none.
    else if (rules.bare && (equals < 0 || nearest(key, known).length === 0 || existsSync(text)))
      bare.push(text)
    else
      problems.push({
        message: `${rules.command} has no option ${key}`,
        place,
        suggestions: nearest(key, known),
        hint: `it takes ${known.map((name) => `${name}=…`).join(', ')}`,
      })
  }
  const parsed = v.safeParse(v.strictObject(rules.entries), options)
  if (!parsed.success)
    for (const issue of parsed.issues)
      problems.push({
        key: v.getDotPath(issue) ?? issue.path?.map(({ key }) => key).join('.'),
        message: say(issue),
      })
  if (!parsed.success || problems.length > 0)
    throw new ConfigError(problems, { hint: `see \`classifier-training ${rules.command} --help\`` })
  return { options: parsed.output, bare, flags }
}

function say(issue: v.BaseIssue<unknown>): string {
  return issue.received === 'undefined' ? 'is needed' : `${issue.message}, not ${JSON.stringify(issue.input)}`
}

/** A whole number of at least `min`, written as text. */
export function wholeNumber(min: number) {
  const message = `must be a whole number of at least ${min}`
  return v.pipe(v.string(), v.regex(/^\d+$/, message), v.transform(Number), v.minValue(min, message))
}

/** A whole number within bounds. */
export function wholeNumberWithin(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(
    v.string(),
    v.regex(/^\d+$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  )
}

/** `true` or `false`. */
export const yesOrNo = v.pipe(
  v.picklist(['true', 'false'], 'must be true or false'),
  v.transform((word) => word === 'true'),
)

/** `train`, `val` (or `valid`) or `test`. */
export const splitName = v.pipe(
  v.picklist(['train', 'val', 'valid', 'test'], 'must be train, val or test'),
  v.transform((name) => (name === 'valid' ? 'val' : name)),
)

/** `--output DIR` and `--output=DIR` as the option `output=DIR`. */
export function joined(argv: readonly string[], flag: `--${string}`): string[] {
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word.startsWith(`${flag}=`)) words.push(word.slice(2))
    else if (word === flag) {
      const value = argv[++index]
      if (value === undefined) throw new ConfigError({ key: flag, message: 'wants a value' })
      words.push(`${flag.slice(2)}=${value}`)
    } else words.push(word)
  }
  return words
}
