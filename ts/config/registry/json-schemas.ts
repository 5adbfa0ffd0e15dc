import { configSchema, groupSchemas } from '../schema/config.ts'
import { entriesOf } from '../schema/entries.ts'
import type { JsonFragment } from '../schema/field.ts'
import { jsonSchema, mapSchema, reference } from '../schema/json-schema.ts'
import type { Target } from '../target.ts'
import { emaTarget } from './ema-target.ts'
import { targetKeys } from './read-target.ts'
import { transformTargets } from './transform-targets.ts'

const dialect = 'http://json-schema.org/draft-07/schema#'

/** JSON Schemas of the configuration's files by name: one for each group, and `config` for primary configs. */
export function jsonSchemas(targets: {
  readonly callbacks: readonly Target[]
  readonly loggers: readonly Target[]
  readonly launchers: readonly Target[]
  readonly sweepers: readonly Target[]
}): ReadonlyMap<string, JsonFragment> {
  const callbacks = targets.callbacks.some(({ name }) => name === emaTarget.name)
    ? targets.callbacks
    : [...targets.callbacks, emaTarget]
  const groups: Record<string, JsonFragment> = {}
  for (const [name, schema] of Object.entries(groupSchemas)) groups[name] = jsonSchema(schema)
  groups.callbacks = named(targetSchema(callbacks, true))
  groups.logging = {
    anyOf: [targetSchema(targets.loggers, false), named(targetSchema(targets.loggers, true))],
  }
  // Hydra's groups; a sweeper or launcher of a plugin that we do not have is told at the start.
  const hydra: Record<string, JsonFragment> = {
    launcher: targetSchema(targets.launchers, false),
    sweeper: targetSchema(targets.sweepers, false),
  }
  const file = (title: string, body: JsonFragment): JsonFragment => ({
    $schema: dialect,
    title,
    ...withFlags(body),
    $defs: JSON.stringify(body).includes('#/$defs/pipeline') ? { reference, pipeline, step } : { reference },
  })
  const files = Object.entries({ ...groups, ...hydra }).map(
    ([name, body]) => [name, file(`The group ${name}`, body)] as const,
  )
  return new Map([...files, ['config', file('A primary configuration', primary(groups))]])
}

/** Hydra's own keys may stand beside a group's. */
function withFlags(body: JsonFragment): JsonFragment {
  if (body.additionalProperties !== false) return body
  const flags = Object.fromEntries(targetKeys.slice(1).map((key) => [key, {}]))
  return { ...body, properties: { defaults: { type: 'array' }, ...(body.properties as object), ...flags } }
}

function primary(groups: Readonly<Record<string, JsonFragment>>): JsonFragment {
  const top = Object.entries(configSchema.entries).filter(([key]) => !(key in groupSchemas))
  const properties = {
    defaults: { type: 'array', description: 'What this configuration is made of, in merge order.' },
    hydra: { type: 'object', description: 'Run folders, sweeps, logging of Hydra itself.' },
    ...(mapSchema(Object.fromEntries(top)).properties as object),
    ...groups,
  }
  // Other keys may be variables that interpolations read.
  return { type: 'object', properties }
}

const named = (target: JsonFragment): JsonFragment => ({
  type: ['object', 'null'],
  properties: { defaults: { type: 'array' } },
  additionalProperties: { anyOf: [{ type: 'null' }, target] },
})

/** A map whose `_target_` says which other keys there are. `bare` entries may be named by their key alone. */
function targetSchema(targets: readonly Target[], bare: boolean): JsonFragment {
  const flags = Object.fromEntries(targetKeys.map((key) => [key, {}]))
  const names = targets.flatMap(({ name, aliases }) => [...aliases, name])
  return {
    type: 'object',
    ...(bare ? {} : { required: ['_target_'] }),
    properties: { _target_: { type: 'string', examples: [...new Set(names)] } },
    allOf: targets.map(({ name, aliases, schema }) => ({
      if: { properties: { _target_: { enum: [...aliases, name] } }, required: ['_target_'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: {
        properties: { ...flags, ...(mapSchema(entriesOf(schema) ?? {}).properties as object) },
        additionalProperties: false,
      },
    })),
  }
}

const step = targetSchema(transformTargets, false)
const pipeline: JsonFragment = {
  anyOf: [
    { type: 'array', items: { anyOf: [{ $ref: '#/$defs/step' }, { type: 'string' }, { type: 'null' }] } },
    { $ref: '#/$defs/step' },
    { type: ['null', 'string'] },
  ],
}
