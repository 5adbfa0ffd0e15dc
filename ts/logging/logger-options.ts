import * as v from 'valibot'
import { bool, field, list, text } from '../config/schema/field.ts'

/** Text or null; null where it is left out. */
export const optionalText = (description: string) => v.nullish(text(description), null)

/** true, false or null; null where it is left out. */
export const optionalBool = (description: string) => v.nullish(bool(description), null)

/** A list of texts; null is the empty list. */
export const texts = (description: string) =>
  v.nullish(
    list<string>(description, {
      expected: 'texts',
      json: { type: 'string' },
      parse: (input) => (typeof input === 'string' ? input : undefined),
    }),
    [],
  )

/** A map with values of any kind; null is the empty map. */
export const map = (description: string) =>
  v.nullish(
    field<Readonly<Record<string, unknown>>>(description, {
      expected: 'a map',
      json: { type: 'object', additionalProperties: {} },
      parse: (input) =>
        typeof input === 'object' && input !== null && !Array.isArray(input)
          ? (input as Record<string, unknown>)
          : undefined,
    }),
    {},
  )

/** Text or a whole number, as text: a version, an identifier. */
export const label = (description: string) =>
  v.nullish(
    field<string>(description, {
      expected: 'text or an integer',
      json: { type: ['string', 'integer'] },
      parse: (input) =>
        typeof input === 'string' || Number.isSafeInteger(input) ? String(input) : undefined,
    }),
    null,
  )

/** Lightning's `log_model`: false, true (at the end) or all (every one). */
export const logModel = () =>
  v.optional(
    field<false | true | 'all'>('Log the model: false, true (at the end of the run) or all.', {
      expected: 'true, false or all',
      json: { enum: [true, false, 'all'] },
      names: ['all'],
      parse: (input) => (input === true || input === false || input === 'all' ? input : undefined),
    }),
    false,
  )

/** An argument that names a Python object: only null can be given. */
export const pythonObject = () =>
  v.nullish(
    field<null>('Means nothing here: there is no Python object to pass.', {
      expected: 'null',
      json: { type: 'null' },
      parse: (input) => (input === null ? null : undefined),
    }),
    null,
  )

/** The names under which Lightning exports a logger, old package and new, short and full. */
export function lightningLoggers(module: string, className: string): string[] {
  return ['lightning.pytorch.loggers', 'pytorch_lightning.loggers'].flatMap((root) => [
    `${root}.${className}`,
    `${root}.${module}.${className}`,
  ])
}
