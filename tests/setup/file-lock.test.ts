import { expect, test } from 'bun:test'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withFileLock } from '../../ts/setup/file-lock.ts'
import { scratchFolder } from './scratch.ts'

const module = JSON.stringify(join(import.meta.dir, '../../ts/setup/file-lock.ts'))

/** A process that takes the lock, says so and holds it until its end. */
async function holder(file: string): Promise<Bun.Subprocess<'ignore', 'pipe', 'inherit'>> {
  const script = `
    const { withFileLock } = await import(${module})
    setInterval(() => {}, 1000)
    await withFileLock(${JSON.stringify(file)}, async () => { console.log('held'); await new Promise(() => {}) })`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'inherit' })
  for await (const piece of child.stdout) if (new TextDecoder().decode(piece).includes('held')) break
  return child
}

test('waits for a holder, names it, and goes on when it is killed', async () => {
  const file = join(scratchFolder(), 'deep/lock')
  const other = await holder(file)
  const waiting = Promise.withResolvers<string>()
  const done = withFileLock(file, async () => 'mine', { onWait: waiting.resolve })
  expect(await waiting.promise).toBe(`process ${other.pid}`)
  other.kill('SIGKILL')
  expect(await done).toBe('mine')
})

test('lets one after the other through, and is free after a failure', async () => {
  const folder = scratchFolder()
  const lock = join(folder, 'lock')
  const log = join(folder, 'log')
  const work = (name: string) =>
    withFileLock(lock, async () => {
      appendFileSync(log, `${name} in\n`)
      await Bun.sleep(1)
      appendFileSync(log, `${name} out\n`)
    })
  await Promise.all(['a', 'b', 'c'].map(work))
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  for (let index = 0; index < lines.length; index += 2)
    expect(lines[index + 1]).toBe(`${lines[index]?.slice(0, 1)} out`)

  const failing = withFileLock(lock, async () => {
    throw new Error('inside')
  })
  await expect(failing).rejects.toThrow('inside')
  expect(await withFileLock(lock, async () => 1)).toBe(1)
})
