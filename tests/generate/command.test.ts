import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../ts/cli/generate.ts'
import { ConfigError } from '../../ts/errors/index.ts'

setDefaultTimeout(60_000)

const root = mkdtempSync(join(tmpdir(), 'generate-command-'))
const main = join(import.meta.dir, '../../ts/cli/main.ts')

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

function start(...words: string[]) {
  return Bun.spawn([process.execPath, main, 'generate', ...words], {
    cwd: root,
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

test('results go to stdout as JSON, the second time from what is there', async () => {
  const words = ['output=set', 'count=60', 'seed=5', 'image_size=48', '--json']
  for (const reused of [false, true]) {
    const child = start(...words)
    const summary = JSON.parse(await new Response(child.stdout).text()) as Record<string, unknown>
    expect(await child.exited).toBe(0)
    expect(summary).toMatchObject({ output: join(root, 'set'), reused, count: 60, seed: 5, image_size: 48 })
  }
})

test('bad arguments end with exit code 2 and say what is wrong', async () => {
  const child = start('count=many', 'seed=-3')
  const message = await new Response(child.stderr).text()
  expect(await child.exited).toBe(2)
  expect(message).toContain('count: must be a whole number, not "many"')
  expect(message).toContain('seed: must not be negative, not -3')
})

test.each(['size=3', 'count', '--fast', 'out'])('%s is no option', async (word) => {
  const error = await run([word]).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as ConfigError).message).toContain(`generate has no option "${word}"`)
})

test('an interrupt ends with exit code 75 and nothing half-written', async () => {
  const child = start('output=stopped', 'count=100000')
  while (!readdirSync(root).some((name) => name.startsWith('.stopped.partial'))) await Bun.sleep(5)
  child.kill('SIGINT')
  expect(await child.exited).toBe(75)
  expect(await new Response(child.stderr).text()).toContain('stopped by SIGINT')
  expect(readdirSync(root).filter((name) => name.includes('stopped'))).toEqual([])
})
