import { describe, expect, test } from 'bun:test'
import { basename } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { callbackDefinitions } from '../../ts/callbacks/index.ts'
import { lintRules } from '../../ts/config/lint/index.ts'
import { loggerDefinitions } from '../../ts/logging/index.ts'
import { filesLike, importsOf, root, textOf } from './source-files.ts'

const sources = filesLike('{ts,tests,bench,examples,scripts}/**/*.ts', 'crates/**/*.rs').filter(
  // Generated.
  (file) => file !== 'ts/native/spec.d.ts',
)

/** What a process or a worker is started with. */
const programs = ['ts/cli/main.ts', 'ts/generate/render-worker.ts']

describe('files', () => {
  test('have at most 500 lines', () => {
    const long = sources.map((file) => [file, textOf(file).split('\n').length - 1] as const)
    expect(long.filter(([, lines]) => lines > 500)).toEqual([])
  })

  test('are named after a topic', () => {
    const vague = /(^|[-_./])(utils?|helpers?|common|misc|base|managers?)([-_./]|$)/
    expect(sources.filter((file) => vague.test(file))).toEqual([])
  })

  test('are written in kebab-case, in Rust in snake_case', () => {
    const odd = sources.filter((file) => {
      const stem = basename(file).replace(/(\.test|\.d)?\.(ts|rs)$/, '')
      return file.endsWith('.rs') ? !/^[a-z0-9_]+$/.test(stem) : !/^[a-z0-9-]+$/.test(stem)
    })
    expect(odd).toEqual([])
  })

  test('do nothing when they are imported', async () => {
    const modules = filesLike('ts/**/*.ts').filter(
      (file) => !file.endsWith('.d.ts') && !programs.includes(file),
    )
    const code = modules.map((file) => `await import(${JSON.stringify(`${root}${file}`)})`).join('\n')
    const child = Bun.spawn([process.execPath, '-e', code], { cwd: root, stdout: 'pipe', stderr: 'pipe' })
    const said = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect([await child.exited, ...said]).toEqual([0, '', ''])
  }, 60_000)
})

describe('lists hold what their folders hold', () => {
  /** The files directly in a folder whose text fits, and those that its index imports. */
  function listed(folder: string, fits: RegExp): { there: string[]; imported: string[] } {
    const there = filesLike(`${folder}/*.ts`).filter((file) => fits.test(textOf(file)))
    const imports = new Set(importsOf(`${folder}/index.ts`).map(({ target }) => target))
    return { there, imported: there.filter((file) => imports.has(file)) }
  }

  test.each([
    ['ts/callbacks', /^export const \w+ = defineCallback\(/m, callbackDefinitions],
    ['ts/logging', /^export const \w+(: LoggerDefinition\S*)? = defineLogger\(/m, loggerDefinitions],
    ['ts/config/lint', /^export const \w+: LintRule = /m, lintRules],
  ] as const)('%s', (folder, fits, list) => {
    const { there, imported } = listed(folder, fits)
    expect(imported).toEqual(there)
    expect(list.length).toBe(there.length)
    expect(new Set(list.map(({ name }) => name)).size).toBe(list.length)
  })

  test('ts/cli: every command has its row and its script', () => {
    const rows = [...textOf('ts/cli/main.ts').matchAll(/import\('\.\/([\w-]+)\.ts'\)/g)].map(
      ([, name]) => name,
    )
    const commands = rows.filter((name) => name !== 'report-failure').sort()
    const files = filesLike('ts/cli/*.ts')
      .filter((file) => /^export async function run\(|^export const run\b/m.test(textOf(file)))
      .map((file) => basename(file, '.ts'))
    expect(commands).toEqual(files)
    const scripts = Object.entries(packageJson.scripts).filter(([, line]) => line.includes('ts/cli/main.ts'))
    expect(scripts.map(([name]) => name).sort()).toEqual(files)
    for (const [name, line] of scripts) expect(line).toBe(`bun ts/cli/main.ts ${name}`)
  })
})
