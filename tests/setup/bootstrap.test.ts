import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies } from '../../ts/cli/bootstrap.ts'
import { put, scratchFolder } from './scratch.ts'

/** A checkout that depends on a folder beside it, so that installing needs no network. */
async function checkout(): Promise<string> {
  const root = scratchFolder()
  put(join(root, 'near/package.json'), JSON.stringify({ name: 'near', version: '1.0.0' }))
  put(join(root, 'package.json'), JSON.stringify({ name: 'far', dependencies: { near: 'file:./near' } }))
  const lock = Bun.spawn([process.execPath, 'install', '--lockfile-only'], {
    cwd: root,
    stdout: 'ignore',
    stderr: 'ignore',
  })
  expect(await lock.exited).toBe(0)
  return root
}

describe('a first start in a checkout', () => {
  test('installs what bun.lock names, once, and again when it changes', async () => {
    const root = await checkout()
    const near = join(root, 'node_modules/near/package.json')
    const stamp = join(root, 'node_modules/.installed-for')
    await Promise.all([ensureDependencies(root), ensureDependencies(root)])
    expect(existsSync(near)).toBe(true)
    const first = readFileSync(stamp, 'utf8')

    writeFileSync(stamp, `${first}`)
    await ensureDependencies(root)
    expect(readFileSync(stamp, 'utf8')).toBe(first)

    const lockFile = join(root, 'bun.lock')
    writeFileSync(lockFile, `${readFileSync(lockFile, 'utf8')}\n`)
    await ensureDependencies(root)
    expect(readFileSync(stamp, 'utf8')).not.toBe(first)
  })

  test('a lock file that does not match stops it with the reason', async () => {
    const root = await checkout()
    put(join(root, 'package.json'), JSON.stringify({ name: 'far', dependencies: { near: 'file:./gone' } }))
    await expect(ensureDependencies(root)).rejects.toThrow('bun install failed')
    expect(existsSync(join(root, 'node_modules/.installed-for'))).toBe(false)
  })

  test('an installed package is left alone', async () => {
    const root = scratchFolder()
    put(join(root, 'package.json'), JSON.stringify({ name: 'classifier-training' }))
    await ensureDependencies(root)
    expect(existsSync(join(root, 'node_modules'))).toBe(false)
  })

  test('it imports nothing that must be installed first', async () => {
    const source = readFileSync(join(import.meta.dir, '../../ts/cli/bootstrap.ts'), 'utf8')
    const { imports } = new Bun.Transpiler({ loader: 'ts' }).scan(source)
    for (const { path } of imports) expect(path).toMatch(/^(node:|bun:|\.\.?\/)/)
  })
})
