import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { factsOf, unwrapped } from '../../ts/config/schema/entries.ts'

const path = join(import.meta.dir, '../../docs/callbacks.md')

/** The table of a callback's options, as the document must have it. */
function optionsTable(schema: v.GenericSchema): string {
  const { entries } = schema as unknown as { entries: Record<string, v.GenericSchema> }
  const rows = Object.entries(entries).map(([name, entry]) => {
    const facts = factsOf(unwrapped(entry))
    const wrapped = entry !== unwrapped(entry)
    const initial = wrapped
      ? JSON.stringify(v.getDefault(entry as v.OptionalSchema<v.GenericSchema, unknown>))
      : 'required'
    return `| \`${name}\` | ${initial} | ${facts?.expected ?? ''} | ${facts?.description ?? ''} |`
  })
  if (rows.length === 0) return 'It has no options.'
  return ['| option | default | takes | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

test('docs/callbacks.md lists the options of every callback (UPDATE_DOCS=1 writes them)', () => {
  const written = readFileSync(path, 'utf8')
  const names = [...written.matchAll(/<!-- options: (\w+) -->/g)].map(([, name]) => name)
  expect(names.sort()).toEqual(callbackDefinitions.map(({ name }) => name).sort())
  const current = written.replace(/(<!-- options: (\w+) -->\n).*?(<!-- end -->)/gs, (_, start, name, end) => {
    const definition = callbackDefinitions.find((candidate) => candidate.name === name)
    return `${start}${definition ? optionsTable(definition.schema) : ''}\n${end}`
  })
  if (process.env.UPDATE_DOCS) writeFileSync(path, current)
  else expect(written).toBe(current)
})
