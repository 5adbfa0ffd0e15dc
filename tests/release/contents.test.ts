import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')

test('the main tarball holds what is needed to run and to build, and nothing else', () => {
  const folder = scratchFolder()
  const pack = Bun.spawnSync([process.execPath, 'scripts/release/pack.ts', 'root', '9.9.9', folder], {
    cwd: root,
  })
  expect(pack.stderr.toString()).toBe('')
  const tarball = join(folder, 'classifier-training-9.9.9.tgz')
  const files = Bun.spawnSync(['tar', '-tzf', tarball]).stdout.toString().trim().split('\n')
  const names = files.map((file) => file.replace(/^package\//, ''))

  expect([...new Set(names.map((name) => name.split('/')[0]))].sort() as string[]).toEqual([
    'Cargo.lock',
    'Cargo.toml',
    'LICENSE',
    'README.md',
    'bin',
    'configs',
    'crates',
    'package.json',
    'rust-toolchain.toml',
    'ts',
    'types',
  ])
  // Of what is named, every file of the checkout, and no other.
  const listed = ['bin', 'ts', 'crates', 'configs', 'Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml']
  const checkout = Bun.spawnSync(
    [
      'git',
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      ...listed,
      'README.md',
      'LICENSE',
    ],
    { cwd: root },
  )
  const expected = checkout.stdout
    .toString()
    .split('\0')
    .filter((name) => existsSync(join(root, name)) && name !== '')
  const isType = (name: string): boolean => name.startsWith('types/')
  expect(names.filter((name) => !isType(name)).sort()).toEqual([...expected, 'package.json'].sort())
  expect(names.filter((name) => isType(name) && !name.endsWith('.d.ts'))).toEqual([])
  for (const name of [
    'ts/cli/main.ts',
    'ts/native/load.ts',
    'crates/binding/src/lib.rs',
    'configs/train.yaml',
    'types/ts/index.d.ts',
    'types/ts/config/index.d.ts',
    'types/ts/native/spec.d.ts',
  ])
    expect(names).toContain(name)
  const strangers = names.filter((name) =>
    /(^|\/)(node_modules|target|\.git|outputs)\/|\.(node|so|env)$/.test(name),
  )
  expect(strangers).toEqual([])
  expect(Bun.file(tarball).size).toBeLessThan(5e6)
}, 120_000)
