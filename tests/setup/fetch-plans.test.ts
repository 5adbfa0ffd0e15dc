import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { ConfigError } from '../../ts/errors/index.ts'
import { parseLibtorchChoice } from '../../ts/setup/choice.ts'
import { buildOf } from '../../ts/setup/fetch-libtorch.ts'
import { type FetchWish, fetchPlans, needsOf } from '../../ts/setup/fetch-plans.ts'
import { nvidiaDriver, variantForDriver } from '../../ts/setup/gpu.ts'
import { isWanted, libtorchBuilds } from '../../ts/setup/wheels.ts'
import { put, scratchFolder, scratchMachine } from './scratch.ts'

const linux = scratchMachine()
const mac = scratchMachine({}, 'darwin', 'arm64')
const wish: FetchWish = { choice: 'auto', cuda: false, headers: true, driver: undefined }

function plans(machine: typeof linux, changes: Partial<FetchWish> = {}): string[] {
  return fetchPlans(machine, { ...wish, ...changes }).map(
    ({ build, cuda }) => `${build.variant}${cuda ? ' with CUDA' : ''}`,
  )
}

describe('which build is fetched', () => {
  test('without a GPU the small CPU build, or the one that the package index holds', () => {
    expect(plans(linux)).toEqual(['cpu', 'cu130'])
    expect(plans(linux, { choice: 'cpu', driver: 600 })).toEqual(['cpu', 'cu130'])
  })

  test('with a GPU the build for its driver', () => {
    expect(plans(linux, { driver: 580 })).toEqual(['cu130 with CUDA'])
    expect(plans(linux, { driver: 550 })).toEqual(['cu128 with CUDA'])
    expect(plans(linux, { driver: 470 })).toEqual(['cpu', 'cu130'])
    expect(plans(linux, { choice: 'cu128', cuda: true })).toEqual(['cu128 with CUDA'])
  })

  test('a GPU that cannot be had is an error', () => {
    expect(() => plans(linux, { cuda: true })).toThrow('no NVIDIA driver')
    expect(() => plans(linux, { cuda: true, driver: 470 })).toThrow('driver 470 is too old')
    expect(() => plans(mac, { cuda: true })).toThrow('no CUDA on macOS')
  })

  test('on a Mac there is one build', () => {
    expect(plans(mac)).toEqual(['cpu'])
    expect(buildOf(mac, 'cpu').tags).toEqual(['macosx_11_0_arm64'])
    expect(() => buildOf(mac, 'cu130')).toThrow('no cu130 build of libtorch for darwin-arm64')
  })

  test('drivers by NVIDIA: 580 for CUDA 13.0, 525 for 12.8', () => {
    expect([undefined, 470, 524, 525, 579, 580, 610].map(variantForDriver)).toEqual([
      'cpu',
      'cpu',
      'cpu',
      'cu128',
      'cu128',
      'cu130',
      'cu130',
    ])
  })

  test('the driver is read from the kernel, or from nvidia-smi', () => {
    const file = put(
      join(scratchFolder(), 'version'),
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\nGCC version: gcc 12.2.0\n',
    )
    expect(nvidiaDriver(() => undefined, file)).toBe(580)
    expect(nvidiaDriver(() => '535.183.01', '/nowhere')).toBe(535)
    expect(nvidiaDriver(() => undefined, '/nowhere')).toBeUndefined()
  })
})

describe('what fetching takes', () => {
  const work = { build: true, plans: fetchPlans(linux, wish) }

  test('the package client only where the direct host does not answer', async () => {
    expect((await needsOf(linux, work, async () => true)).client).toBe(false)
    expect((await needsOf(linux, work, async () => false)).client).toBe(true)
    expect(
      (await needsOf(mac, { build: false, plans: fetchPlans(mac, wish) }, async () => true)).client,
    ).toBe(true)
  })

  test('room for the files, and for compiling', async () => {
    const small = (await needsOf(linux, work, async () => true)).bytes
    const large = (await needsOf(linux, work, async () => false)).bytes
    expect(large).toBeGreaterThan(small)
    expect((await needsOf(linux, { build: false, plans: [] })).bytes).toBe(0)
  })
})

describe('the table of wheels', () => {
  test('every wheel has a SHA-256 of its own and a pinned version', () => {
    const all = [...libtorchBuilds('linux-x64'), ...libtorchBuilds('darwin-arm64')].flatMap((build) => [
      build.torch,
      ...build.cpu,
      ...build.cuda,
    ])
    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(all.length)
    for (const { sha256, requirement } of all) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(requirement).toMatch(/^[a-z0-9-]+==[0-9.]+(\+\w+)?$/)
    }
  })

  test('only libraries are unpacked, and headers where they are needed', () => {
    for (const name of [
      'torch/lib/libtorch_cpu.so',
      'torch/lib/libgomp.so.1',
      'torch/lib/libc10.dylib',
      'nvidia/cu13/lib/libcudart.so.13',
      'nvidia/cudnn/lib/libcudnn.so.9',
    ])
      expect(isWanted(name, false)).toBe(true)
    for (const name of [
      'torch/lib/libtorch_python.so',
      'torch/bin/protoc',
      'torch/_C.cpython-311-x86_64-linux-gnu.so',
      'nvidia/cu13/lib/libcudart_static.a',
      'torch/include/ATen/ATen.h',
    ])
      expect(isWanted(name, false)).toBe(false)
    expect(isWanted('torch/include/ATen/ATen.h', true)).toBe(true)
  })
})

test('--libtorch takes names and folders', () => {
  expect(parseLibtorchChoice('cu128')).toBe('cu128')
  expect(parseLibtorchChoice('auto')).toBe('auto')
  const folder = scratchFolder()
  expect(parseLibtorchChoice(folder)).toEqual({ path: folder })
  expect(() => parseLibtorchChoice('cu999')).toThrow(ConfigError)
})
