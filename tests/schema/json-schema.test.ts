import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { launcherTargets, sweeperTargets } from '../../ts/cloud/sweep-targets.ts'
import { jsonSchemas } from '../../ts/config/registry/json-schemas.ts'
import { loggerDefinitions } from '../../ts/logging/index.ts'

const configs = join(import.meta.dir, '../../configs')
const folder = join(configs, '.schema')
const schemas = jsonSchemas({
  callbacks: callbackDefinitions,
  loggers: loggerDefinitions,
  launchers: launcherTargets,
  sweepers: sweeperTargets,
})

/** `UPDATE_SCHEMA=1 bun test tests/schema/json-schema.test.ts` writes the files. */
if (process.env.UPDATE_SCHEMA) {
  mkdirSync(folder, { recursive: true })
  for (const [name, schema] of schemas)
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(schema, null, 1)}\n`)
}

test.each([...schemas.keys()])('configs/.schema/%s.json is current', (name) => {
  const path = join(folder, `${name}.json`)
  const stale = 'stale: run UPDATE_SCHEMA=1 bun test tests/schema/json-schema.test.ts'
  expect(existsSync(path) && JSON.parse(readFileSync(path, 'utf8')), stale).toEqual(
    JSON.parse(JSON.stringify(schemas.get(name))),
  )
})

test('every file of our tree says what it is and names its schema', () => {
  const files = readdirSync(configs, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  )
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const text = readFileSync(join(configs, file), 'utf8')
    const described = text.split('\n').find((line) => line.startsWith('# ') && !line.startsWith('# @package'))
    expect([file, (described ?? '').length > 20]).toEqual([file, true])
    const named = /# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1]
    expect([file, named !== undefined && existsSync(join(configs, file, '..', named))]).toEqual([file, true])
  }
})
