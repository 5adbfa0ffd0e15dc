import { describe, expect, test } from 'bun:test'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceError } from '../../ts/errors/index.ts'
import { cachedAddon, findAddon } from '../../ts/native/addon.ts'
import { cudaMarker, findLibtorch, selectionFile, variantFolder } from '../../ts/native/libtorch.ts'
import { loadAddon } from '../../ts/native/load.ts'
import { cacheFolder } from '../../ts/native/machine.ts'
import { platformOf } from '../../ts/native/platform.ts'
import { sourceHash } from '../../ts/native/source-hash.ts'
import { fakeLibtorch, put, scratchFolder, scratchMachine } from './scratch.ts'

describe('where things are kept', () => {
  test('the cache folder follows XDG and each system', () => {
    expect(cacheFolder({}, 'linux', '/home/a')).toBe('/home/a/.cache/classifier-training')
    expect(cacheFolder({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/classifier-training')
    expect(cacheFolder({ XDG_CACHE_HOME: '/big' }, 'linux', '/home/a')).toBe('/big/classifier-training')
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', '/h')).toBe('/h/.cache/classifier-training')
  })

  test('library names follow the platform, and others are refused', () => {
    expect(platformOf('linux', 'x64').library('torch_cpu')).toBe('libtorch_cpu.so')
    expect(platformOf('darwin', 'arm64').library('torch_cpu')).toBe('libtorch_cpu.dylib')
    expect(() => platformOf('win32', 'x64')).toThrow('no native core for win32-x64')
  })
})

describe('findLibtorch', () => {
  test('takes LIBTORCH in any of its layouts, before everything else', () => {
    const given = fakeLibtorch(scratchFolder())
    const machine = scratchMachine({ LIBTORCH: given })
    fakeLibtorch(variantFolder(machine, 'cpu'))
    for (const path of [given, join(given, 'torch'), join(given, 'torch/lib')])
      expect(findLibtorch({ ...machine, env: { LIBTORCH: path } }).found).toEqual({
        origin: 'given',
        lib: join(given, 'torch/lib'),
        include: join(given, 'torch/include'),
        cuda: false,
      })
  })

  test('answers the true folder of a link tree, since run paths are relative to it', () => {
    const given = fakeLibtorch(scratchFolder())
    const tree = scratchFolder()
    put(join(tree, 'lib/x'))
    symlinkSync(join(given, 'torch/lib/libtorch_cpu.so'), join(tree, 'lib/libtorch_cpu.so'))
    expect(findLibtorch(scratchMachine({ LIBTORCH: tree })).found?.lib).toBe(join(given, 'torch/lib'))
  })

  test('a wrong LIBTORCH is an error, never passed over', () => {
    const old = fakeLibtorch(scratchFolder(), '2.10.0')
    expect(() => findLibtorch(scratchMachine({ LIBTORCH: old }))).toThrow('is libtorch 2.10.0')
    expect(() => findLibtorch(scratchMachine({ LIBTORCH: '/nowhere' }))).toThrow(
      'LIBTORCH=/nowhere: not there',
    )
    expect(() => findLibtorch(scratchMachine({ LIBTORCH: scratchFolder() }))).toThrow(
      'holds no libtorch_cpu.so',
    )
    const cpu = fakeLibtorch(scratchFolder())
    expect(() => findLibtorch(scratchMachine({ LIBTORCH: cpu }), { cuda: true })).toThrow('a GPU is wanted')
  })

  test('prefers what setup chose, and forgets a choice that is gone or damaged', () => {
    const machine = scratchMachine()
    fakeLibtorch(variantFolder(machine, 'cpu'))
    const other = fakeLibtorch(variantFolder(machine, 'cu130'))
    put(selectionFile(machine), JSON.stringify({ origin: 'cu130', path: other }))
    expect(findLibtorch(machine).found?.origin).toBe('cu130')
    rmSync(other, { recursive: true })
    expect(findLibtorch(machine).found?.origin).toBe('cpu')
    writeFileSync(selectionFile(machine), '{"origin":')
    expect(findLibtorch(machine).found?.origin).toBe('cpu')
  })

  test('a CUDA build counts as one only when all its libraries have arrived', () => {
    const machine = scratchMachine()
    const folder = fakeLibtorch(variantFolder(machine, 'cu130'))
    put(join(folder, 'torch/lib/libtorch_cuda.so'))
    const missing = findLibtorch(machine, { cuda: true })
    expect(missing.found).toBeUndefined()
    expect(missing.tried).toContain(`${folder}: without CUDA`)
    expect(findLibtorch(machine).found?.cuda).toBe(false)
    put(cudaMarker(folder), '[]')
    expect(findLibtorch(machine, { cuda: true }).found?.cuda).toBe(true)
  })
})

describe('findAddon', () => {
  const platformPackage = (root: string, manifest: object): string => {
    const folder = join(root, 'node_modules/@classifier-training/linux-x64')
    put(join(folder, 'package.json'), JSON.stringify({ name: '@classifier-training/linux-x64', ...manifest }))
    return put(join(folder, 'classifier_training.node'))
  }

  test('the hash changes with any source and with nothing else', () => {
    const machine = scratchMachine()
    const source = put(join(machine.packageRoot, 'crates/a/src/lib.rs'), 'fn a() {}')
    const first = sourceHash(machine)
    expect(sourceHash(machine)).toBe(first)
    put(join(machine.packageRoot, 'ts/other.ts'), '1')
    put(join(machine.packageRoot, 'crates/a/target/x'), '1')
    put(join(machine.packageRoot, 'crates/a/tests/x.rs'), '1')
    expect(sourceHash(machine)).toBe(first)
    writeFileSync(source, 'fn b() {}!')
    const second = sourceHash(machine)
    expect(second).not.toBe(first)
    put(join(machine.packageRoot, 'Cargo.lock'), '')
    expect(sourceHash(machine)).not.toBe(second)
    expect(sourceHash({ ...machine, platform: platformOf('darwin', 'arm64') })).not.toBe(sourceHash(machine))
  })

  test('a cached addon counts only for the sources it was built from', () => {
    const machine = scratchMachine()
    const source = put(join(machine.packageRoot, 'crates/a/src/lib.rs'), 'fn a() {}')
    const path = put(cachedAddon(machine, sourceHash(machine)))
    expect(findAddon(machine)).toMatchObject({ path, origin: 'cache' })
    writeFileSync(source, 'fn edited() {}')
    const after = findAddon(machine)
    expect(after.path).toBeUndefined()
    expect(after.tried.at(-1)).toContain(`${after.hash}/classifier_training.node: not there`)
  })

  test('an installed package takes the prebuilt addon of its own version', () => {
    const machine = scratchMachine()
    const path = platformPackage(machine.packageRoot, { version: '0.1.0' })
    expect(findAddon(machine)).toMatchObject({ path, origin: 'package' })
    platformPackage(machine.packageRoot, { version: '0.2.0' })
    expect(findAddon(machine).tried[0]).toContain('version 0.2.0, 0.1.0 is needed')
  })

  test('a checkout takes a prebuilt addon only if it was built from the same sources', () => {
    const machine = scratchMachine()
    put(join(machine.packageRoot, 'bun.lock'))
    platformPackage(machine.packageRoot, { version: '0.1.0' })
    expect(findAddon(machine).path).toBeUndefined()
    const path = platformPackage(machine.packageRoot, { version: '0.1.0', sourceHash: sourceHash(machine) })
    expect(findAddon(machine).path).toBe(path)
  })
})

test('loading without libtorch names every place and the next command', async () => {
  const machine = scratchMachine()
  const failure: unknown = await loadAddon({ machine }).catch((error: unknown) => error)
  if (!(failure instanceof DeviceError)) throw new Error('a DeviceError was expected')
  expect(failure.exitCode).toBe(5)
  expect(failure.message).toContain('LIBTORCH (not set)')
  for (const variant of ['cpu', 'cu130', 'cu128'] as const)
    expect(failure.message).toContain(`${variantFolder(machine, variant)}: not there`)
  expect(failure.hint).toContain('bun run setup')
})
