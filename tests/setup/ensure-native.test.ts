import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceError } from '../../ts/errors/index.ts'
import { cachedAddon, imagesFile } from '../../ts/native/addon.ts'
import { selectionFile, variantFolder } from '../../ts/native/libtorch.ts'
import type { Machine } from '../../ts/native/machine.ts'
import { platformOf } from '../../ts/native/platform.ts'
import { sourceHash } from '../../ts/native/source-hash.ts'
import { buildEnvironment, builtLibrary, storeAddon } from '../../ts/setup/build-addon.ts'
import { ensureImages, ensureLibtorch, ensureNative, findReady } from '../../ts/setup/index.ts'
import { linkEntries } from '../../ts/setup/link-tree.ts'
import type { Probe } from '../../ts/setup/requirements.ts'
import { fakeLibtorch, put, scratchFolder, scratchMachine, silent } from './scratch.ts'

const toolchainFile = 'rust-toolchain.toml'

/** A checkout whose addons are crates of three lines, which any Rust compiles in a second. */
function tinyCheckout(): Machine {
  const machine = scratchMachine({ ...process.env, LIBTORCH: undefined, CARGO_TARGET_DIR: undefined })
  const { packageRoot } = machine
  put(join(packageRoot, 'bun.lock'))
  // The toolchain that is here for sure: rustup may have no default one.
  put(join(packageRoot, toolchainFile), readFileSync(join(import.meta.dir, '../..', toolchainFile)))
  put(join(packageRoot, 'Cargo.toml'), '[workspace]\nresolver = "3"\nmembers = ["crates/*"]\n')
  for (const crate of ['binding', 'images'])
    put(
      join(packageRoot, `crates/${crate}/Cargo.toml`),
      `[package]
name = "classifier-${crate}"
version = "0.1.0"
edition = "2024"
[lib]
crate-type = ["cdylib"]
`,
    )
  put(join(packageRoot, 'crates/images/src/lib.rs'))
  edit(machine, 1)
  fakeLibtorch(variantFolder(machine, 'cpu'))
  return machine
}

function edit(machine: Machine, answer: number): void {
  put(
    join(machine.packageRoot, 'crates/binding/src/lib.rs'),
    `#[unsafe(no_mangle)]\npub extern "C" fn answer() -> i32 { ${answer} }\n`,
  )
}

/** A machine without tools. */
const bare: Probe = { which: () => undefined, ask: () => undefined, freeBytes: () => 1e12 }

const addons = (machine: Machine): string[] =>
  readdirSync(join(machine.cache, 'addon')).filter((name) => !name.startsWith('sources-'))

describe('ensureNative', () => {
  test('compiles once, finds it again, and compiles anew when a source was edited', async () => {
    const machine = tinyCheckout()
    const options = { machine, reporter: silent }
    const first = await ensureNative(options)
    expect(first.libtorch.origin).toBe('cpu')
    expect(first.addon).toBe(cachedAddon(machine, sourceHash(machine)))
    expect(existsSync(first.addon)).toBe(true)
    expect(findReady(machine, {})).toEqual(first)
    // The half without libtorch came with it.
    expect(await ensureImages({ ...options, probe: bare })).toBe(
      cachedAddon(machine, sourceHash(machine), imagesFile),
    )

    edit(machine, 2)
    expect(findReady(machine, {})).toBeUndefined()
    const second = await ensureNative(options)
    expect(second.addon).not.toBe(first.addon)
    expect(readFileSync(second.addon).equals(readFileSync(first.addon))).toBe(false)
    expect(JSON.parse(readFileSync(selectionFile(machine), 'utf8'))).toEqual({
      origin: 'cpu',
      path: variantFolder(machine, 'cpu'),
    })
  }, 60_000)

  test('compiles the half that needs no libtorch where there is none', async () => {
    const machine = tinyCheckout()
    rmSync(variantFolder(machine, 'cpu'), { recursive: true })
    const path = await ensureImages({ machine, reporter: silent })
    expect(path).toBe(cachedAddon(machine, sourceHash(machine), imagesFile))
    expect(existsSync(path)).toBe(true)
    expect(existsSync(cachedAddon(machine, sourceHash(machine)))).toBe(false)
  }, 60_000)

  test('two at once do the work once', async () => {
    const machine = tinyCheckout()
    const said: string[] = []
    const reporter = { ...silent, say: (line: string) => void said.push(line) }
    const both = await Promise.all([ensureNative({ machine, reporter }), ensureNative({ machine, reporter })])
    expect(both[0]).toEqual(both[1])
    expect(said.filter((line) => line.startsWith('compiling'))).toHaveLength(1)
    expect(said.filter((line) => line.startsWith('waiting for another setup'))).toHaveLength(1)
    expect(addons(machine)).toHaveLength(1)
  }, 60_000)

  test("shows the compiler's words when a source is wrong, and stores nothing", async () => {
    const machine = tinyCheckout()
    put(join(machine.packageRoot, 'crates/binding/src/lib.rs'), 'fn broken( {}\n')
    const failing = ensureNative({ machine, reporter: silent })
    await expect(failing).rejects.toThrow('does not compile')
    await expect(failing).rejects.toThrow('src/lib.rs:1')
    expect(addons(machine)).toEqual([])
  }, 60_000)

  test('starts nothing while tools are missing', async () => {
    const machine = tinyCheckout()
    const authority = { root: false, osRelease: '', hasAptGet: false }
    const failing = ensureNative({ machine, reporter: silent, probe: bare, authority })
    await expect(failing).rejects.toThrow(DeviceError)
    await expect(failing).rejects.toThrow(/Rust[\s\S]*C\+\+ compiler[\s\S]*cmake[\s\S]*make[\s\S]*nasm/)
    expect(existsSync(join(machine.cache, 'target'))).toBe(false)
  })

  test('takes an installed Python torch before any download', async () => {
    const machine = scratchMachine()
    const site = fakeLibtorch(scratchFolder())
    const probe: Probe = {
      which: (name) => `/bin/${name}`,
      ask: (command) => (command.includes('-c') ? `2.11.0+cu130\n${site}` : undefined),
      freeBytes: () => 1e12,
    }
    const found = await ensureLibtorch({ machine, reporter: silent, probe, headers: true })
    expect(found).toMatchObject({ origin: 'python', lib: join(site, 'torch/lib') })
    rmSync(site, { recursive: true })
    expect(findReady(machine, {})).toBeUndefined()
  })

  test('a given folder is checked and remembered', async () => {
    const machine = scratchMachine()
    const path = fakeLibtorch(scratchFolder())
    const options = { machine, reporter: silent, headers: false }
    expect(await ensureLibtorch({ ...options, libtorch: { path } })).toMatchObject({ origin: 'given' })
    expect(await ensureLibtorch(options)).toMatchObject({ origin: 'given', lib: join(path, 'torch/lib') })
    const old = fakeLibtorch(scratchFolder(), '2.9.1')
    await expect(ensureLibtorch({ ...options, libtorch: { path: old } })).rejects.toThrow('is libtorch 2.9.1')
  })

  test('a variant asked for beside another LIBTORCH is a contradiction', async () => {
    const machine = scratchMachine({ LIBTORCH: fakeLibtorch(scratchFolder()) })
    const asked = ensureLibtorch({ machine, reporter: silent, headers: false, libtorch: 'cu130' })
    await expect(asked).rejects.toThrow('is set and comes before cu130')
  })
})

describe('building', () => {
  test('the link tree shows the CPU half only', () => {
    const lib = '/site/torch/lib'
    const present = ['libtorch_cpu.so', 'libtorch_cuda.so', 'libgomp-24e2ab19.so.1']
    expect(linkEntries(platformOf('linux', 'x64'), lib, present)).toEqual([
      { name: 'libtorch_cpu.so', target: `${lib}/libtorch_cpu.so` },
      { name: 'libc10.so', target: `${lib}/libc10.so` },
      { name: 'libtorch.so', text: 'INPUT(-ltorch_cpu)\n' },
      { name: 'libgomp.so', target: `${lib}/libgomp-24e2ab19.so.1` },
      { name: 'libgomp.so.1', target: `${lib}/libgomp-24e2ab19.so.1` },
    ])
    expect(linkEntries(platformOf('darwin', 'arm64'), lib, ['libomp.dylib'])).toEqual([
      { name: 'libtorch_cpu.dylib', target: `${lib}/libtorch_cpu.dylib` },
      { name: 'libc10.dylib', target: `${lib}/libc10.dylib` },
      { name: 'libtorch.dylib', target: `${lib}/libtorch_cpu.dylib` },
    ])
  })

  test('cargo learns where libtorch is, and the loader too', () => {
    const machine = scratchMachine({ PATH: '/bin', LD_LIBRARY_PATH: '/mine', LIBTORCH_USE_PYTORCH: '1' })
    const lib = join(fakeLibtorch(variantFolder(machine, 'cpu')), 'torch/lib')
    const include = join(lib, '../include')
    const libtorch = { origin: 'cpu', lib, include, cuda: false } as const
    const env = buildEnvironment(machine, libtorch)
    expect(env.LD_LIBRARY_PATH).toBe(`${lib}:/mine`)
    expect(env.LIBTORCH_USE_PYTORCH).toBeUndefined()
    expect(env.CARGO_TARGET_DIR).toBe(join(machine.cache, 'target'))
    expect(readlinkSync(join(env.LIBTORCH ?? '', 'lib/libtorch_cpu.so'))).toBe(join(lib, 'libtorch_cpu.so'))
    expect(buildEnvironment(machine, libtorch).LIBTORCH).toBe(env.LIBTORCH)
    expect(() => buildEnvironment(machine, { ...libtorch, include: undefined })).toThrow(
      'without C++ headers',
    )
  })

  test('on a Mac the addon finds libtorch by a link beside itself', () => {
    const machine = scratchMachine({}, 'darwin', 'arm64')
    const lib = join(fakeLibtorch(variantFolder(machine, 'cpu'), undefined, 'dylib'), 'torch/lib')
    const libtorch = { origin: 'cpu', lib, include: join(lib, '../include'), cuda: false } as const
    expect(buildEnvironment(machine, libtorch).CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS).toContain(
      '@loader_path/libtorch',
    )
    const addon = storeAddon(machine, put(join(scratchFolder(), 'built.dylib'), 'x'), 'abc', libtorch)
    expect(readlinkSync(join(addon, '../libtorch'))).toBe(lib)
    expect(findReady(machine, {})).toBeUndefined()
  })

  test("the library is read from cargo's messages, whatever its name", () => {
    const artifact = (kind: string, file: string, name = 'other'): string =>
      JSON.stringify({
        reason: 'compiler-artifact',
        target: { crate_types: [kind], name },
        filenames: [file],
      })
    const messages = [
      artifact('lib', '/t/libother.rlib'),
      artifact('cdylib', '/t/first.so', 'classifier_binding'),
      artifact('cdylib', '/t/second.so', 'classifier_images'),
      JSON.stringify({ reason: 'build-finished', success: true }),
    ].join('\n')
    expect(builtLibrary(messages, 'classifier-binding')).toBe('/t/first.so')
    expect(builtLibrary(messages, 'classifier-images')).toBe('/t/second.so')
    expect(builtLibrary(messages, 'classifier-other')).toBeUndefined()
    expect(builtLibrary('', 'classifier-binding')).toBeUndefined()
  })
})
