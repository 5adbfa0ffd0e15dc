import type * as v from 'valibot'
import { entriesOf, factsOf, recordValueOf, unwrapped } from './entries.ts'
import type { JsonFragment } from './field.ts'

/** In a file, any value may also be an interpolation, `???`, or a Python object fetched by its name. */
export const reference: JsonFragment = {
  anyOf: [
    { type: 'string', pattern: '\\$\\{|^\\?\\?\\?$' },
    { type: 'object', required: ['_target_'] },
  ],
}

interface Wrapper {
  readonly type: string
  readonly wrapped?: v.GenericSchema
  readonly default?: unknown
  readonly options?: readonly unknown[]
  readonly item?: v.GenericSchema
  readonly literal?: unknown
}

/** A schema as JSON Schema, for editors: what may be written in a file, not what becomes of it. */
export function jsonSchema(schema: v.GenericSchema): JsonFragment {
  const entries = entriesOf(schema)
  if (entries !== undefined) return { ...mapSchema(entries), ...initialOf(schema) }
  const values = recordValueOf(schema)
  if (values !== undefined) return { type: 'object', additionalProperties: jsonSchema(values) }
  const facts = factsOf(schema)
  const json = withReferences(facts?.json ?? plainJson(unwrapped(schema)))
  const nullable = isNullable(schema) && !JSON.stringify(json).includes('"null"') ? [{ type: 'null' }] : []
  const known = json.anyOf ?? [json]
  const leaf = { anyOf: [...(known as JsonFragment[]), ...nullable, { $ref: '#/$defs/reference' }] }
  return { ...(facts === undefined ? {} : { description: facts.description }), ...initialOf(schema), ...leaf }
}

/** Items of a list may be references, too. */
function withReferences(json: JsonFragment): JsonFragment {
  const { items, anyOf } = json as { items?: JsonFragment; anyOf?: readonly JsonFragment[] }
  return {
    ...json,
    ...(items && { items: { anyOf: [items, { $ref: '#/$defs/reference' }] } }),
    ...(anyOf && { anyOf: anyOf.map(withReferences) }),
  }
}

/** A map with these keys and no others. */
export function mapSchema(entries: Readonly<Record<string, v.GenericSchema>>): JsonFragment {
  const properties = Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [key, jsonSchema(entry)]),
  )
  return { type: 'object', properties, additionalProperties: false }
}

function isNullable(schema: v.GenericSchema): boolean {
  const { type, wrapped } = schema as unknown as Wrapper
  return type === 'nullable' || type === 'nullish' || (wrapped !== undefined && isNullable(wrapped))
}

/** The default, where it is plain JSON. */
function initialOf(schema: v.GenericSchema): JsonFragment {
  const { type, default: initial } = schema as unknown as Wrapper
  const has = (type === 'optional' || type === 'nullish') && initial !== undefined
  if (!has) return {}
  if (typeof initial === 'object' && initial !== null && 'value' in initial) return { default: initial.value }
  return { default: initial }
}

/** Schemas that are none of our fields. */
function plainJson(schema: v.GenericSchema): JsonFragment {
  const { type, options, item, literal } = schema as unknown as Wrapper
  if (type === 'string' || type === 'number' || type === 'boolean') return { type }
  if (type === 'picklist') return { enum: options }
  if (type === 'literal') return { const: literal }
  if (type === 'array' && item !== undefined) return { type: 'array', items: jsonSchema(item) }
  if (type === 'union') return { anyOf: (options as readonly v.GenericSchema[]).map(plainJson) }
  return {}
}
