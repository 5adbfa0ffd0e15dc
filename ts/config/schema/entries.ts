import * as v from 'valibot'
import type { FieldFacts } from './field.ts'

interface Wrapped {
  readonly wrapped?: v.GenericSchema
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly value?: v.GenericSchema
  readonly type: string
}

/** A schema without its `optional` and `nullable` wrappers. */
export function unwrapped(schema: v.GenericSchema): v.GenericSchema {
  const { wrapped } = schema as unknown as Wrapped
  return wrapped === undefined ? schema : unwrapped(wrapped)
}

/** The keys of an object schema in their declared order, or `undefined` for other schemas. */
export function entriesOf(schema: v.GenericSchema): Readonly<Record<string, v.GenericSchema>> | undefined {
  const { entries } = unwrapped(schema) as unknown as Wrapped
  return typeof entries === 'object' ? entries : undefined
}

/** The values' schema of a record. */
export function recordValueOf(schema: v.GenericSchema): v.GenericSchema | undefined {
  const inner = unwrapped(schema) as unknown as Wrapped
  return inner.type === 'record' ? inner.value : undefined
}

/** What a field says about itself; other schemas say nothing. */
export function factsOf(schema: v.GenericSchema): FieldFacts | undefined {
  const { facts } = v.getMetadata(unwrapped(schema)) as { facts?: FieldFacts }
  return facts
}

/** The schema below `path`; `undefined` where nothing is known of it. */
export function schemaAt(schema: v.GenericSchema, path: readonly string[]): v.GenericSchema | undefined {
  const [key, ...rest] = path
  if (key === undefined) return schema
  const next = entriesOf(schema)?.[key] ?? recordValueOf(schema)
  return next === undefined ? undefined : schemaAt(next, rest)
}
