import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceError } from '../../ts/errors/index.ts'
import { openLibtorch, variantFolder } from '../../ts/native/libtorch.ts'
import { type FetchPlan, fetchLibtorch, missingWheels } from '../../ts/setup/fetch-libtorch.ts'
import { clientCommand } from '../../ts/setup/package-client.ts'
import { findPython, findPythonTorch } from '../../ts/setup/python.ts'
import type { LibtorchBuild, Wheel } from '../../ts/setup/wheels.ts'
import { makeZip } from './make-zip.ts'
import { put, scratchFolder, scratchMachine, sha256, silent, versionHeader } from './scratch.ts'

const wheels: Record<string, Buffer> = {
  torch: makeZip([
    { name: 'torch/lib/libtorch_cpu.so', content: 'cpu' },
    { name: 'torch/lib/libtorch_cuda.so', content: 'cuda' },
    { name: 'torch/lib/libtorch_python.so', content: 'python' },
    { name: 'torch/include/torch/headeronly/version.h', content: versionHeader() },
    { name: 'torch/version.py', content: 'x' },
  ]),
  runtime: makeZip([{ name: 'nvidia/cu13/lib/libcudart.so.13', content: 'cudart' }]),
  cudnn: makeZip([{ name: 'nvidia/cudnn/lib/libcudnn.so.9', content: 'cudnn' }]),
}
const asked: string[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    const name = new URL(request.url).pathname.slice(1)
    asked.push(name)
    const wheel = wheels[name]
    return wheel ? new Response(new Uint8Array(wheel)) : new Response('', { status: 404 })
  },
})
afterAll(() => server.stop(true))

function direct(name: string): Wheel {
  const url = `http://127.0.0.1:${server.port}/${name}`
  return { requirement: `${name}==1`, megabytes: 1, sha256: sha256(wheels[name] ?? ''), url }
}

const build: LibtorchBuild = {
  variant: 'cu130',
  tags: ['manylinux_2_28_x86_64'],
  torch: direct('torch'),
  cpu: [direct('runtime')],
  cuda: [direct('cudnn')],
  diskMegabytes: { cpu: 1, cuda: 1 },
}
const plan: FetchPlan = { build, cuda: false, headers: false }
const context = (machine: ReturnType<typeof scratchMachine>) => ({
  machine,
  reporter: silent,
  python: undefined,
})

describe('fetching libtorch', () => {
  test('brings the CPU half, then headers, then what CUDA needs, each only once', async () => {
    const machine = scratchMachine()
    const folder = variantFolder(machine, 'cu130')
    asked.length = 0
    const cpu = await fetchLibtorch(context(machine), plan)
    expect(asked).toEqual(['runtime', 'torch'])
    expect(cpu).toEqual({ origin: 'cu130', lib: join(folder, 'torch/lib'), include: undefined, cuda: false })
    expect(readdirSync(join(folder, 'torch')).sort()).toEqual(['lib'])
    expect(readdirSync(join(folder, 'torch/lib')).sort()).toEqual(['libtorch_cpu.so', 'libtorch_cuda.so'])
    expect(readFileSync(join(folder, 'nvidia/cu13/lib/libcudart.so.13'), 'utf8')).toBe('cudart')

    asked.length = 0
    expect((await fetchLibtorch(context(machine), { ...plan, headers: true })).include).toBeDefined()
    expect(asked).toEqual(['torch'])

    asked.length = 0
    const whole = await fetchLibtorch(context(machine), { build, cuda: true, headers: true })
    expect(asked).toEqual(['cudnn'])
    expect(whole.cuda).toBe(true)
    expect(missingWheels(machine, { build, cuda: true, headers: true })).toEqual([])
    expect(readdirSync(join(machine.cache, 'downloads'))).toEqual([])
    expect(existsSync(join(folder, '.staging'))).toBe(false)
  })

  test('goes on after a kill in the middle of unpacking', async () => {
    const machine = scratchMachine()
    const folder = variantFolder(machine, 'cu130')
    put(join(folder, '.staging/torch/lib/libtorch_cpu.so'), 'half')
    put(join(folder, 'torch/lib/libtorch_cuda.so'), 'moved before the kill')
    expect(openLibtorch(machine, 'cu130', folder)).toBe('holds no libtorch_cpu.so')
    await fetchLibtorch(context(machine), plan)
    expect(readFileSync(join(folder, 'torch/lib/libtorch_cpu.so'), 'utf8')).toBe('cpu')
    expect(readFileSync(join(folder, 'torch/lib/libtorch_cuda.so'), 'utf8')).toBe('cuda')
  })

  test('unpacks nothing of a file with a wrong checksum', async () => {
    const machine = scratchMachine()
    const forged = { ...build, cpu: [{ ...direct('runtime'), sha256: sha256('another') }] }
    await expect(fetchLibtorch(context(machine), { ...plan, build: forged })).rejects.toThrow(DeviceError)
    expect(existsSync(join(variantFolder(machine, 'cu130'), 'nvidia'))).toBe(false)
  })
})

describe('the package client', () => {
  /** A stand-in for Python: `-m pip download` puts a file of ours where it should. */
  function fakePython(content: string, exitCode = 0): string {
    const path = put(
      join(scratchFolder(), 'python'),
      `#!/bin/sh
while [ "$1" != --dest ]; do shift; done
printf '%s' '${content}' > "$2/torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl"
echo 'no such distribution' >&2
exit ${exitCode}
`,
    )
    chmodSync(path, 0o755)
    return path
  }
  const { url: _, ...indexed } = direct('torch')
  const byClient = (python: string, machine = scratchMachine({ PATH: process.env.PATH })) =>
    fetchLibtorch(
      { machine, reporter: silent, python },
      { ...plan, build: { ...build, cpu: [], torch: indexed } },
    )

  test('is asked for exact hashes, without dependencies, for our platform', () => {
    const wheel = indexed
    const folder = '/f'
    const command = clientCommand(
      {
        python: 'py',
        wheel,
        tags: ['manylinux_2_25_x86_64', 'manylinux_2_17_x86_64'],
        folder,
        reporter: silent,
        env: {},
      },
      '/f/requirements.txt',
      '/f/wheels',
    ).join(' ')
    expect(command).toStartWith('py -m pip download --no-deps --require-hashes --only-binary=:all:')
    expect(command).toContain('--platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64')
    expect(command).toEndWith('--dest /f/wheels --requirement /f/requirements.txt')
  })

  test('is not believed: a wrong file is refused and deleted', async () => {
    const machine = scratchMachine({ PATH: process.env.PATH })
    await expect(byClient(fakePython('not a wheel'), machine)).rejects.toThrow(sha256('not a wheel'))
    expect(readdirSync(join(machine.cache, 'downloads'))).toEqual([])
  })

  test('has its words shown when it fails', async () => {
    await expect(byClient(fakePython('', 1))).rejects.toThrow('no such distribution')
  })
})

describe('Python', () => {
  test('the active environment comes first, and one without pip does not count', () => {
    const ask = (command: readonly string[]) =>
      ['/venv/bin/python', 'python'].includes(command[0] ?? '') ? 'pip 24' : undefined
    expect(findPython({ VIRTUAL_ENV: '/venv' }, ask)).toBe('/venv/bin/python')
    expect(findPython({}, ask)).toBe('python')
    expect(findPython({}, () => undefined)).toBeUndefined()
  })

  test('an installed torch counts in exactly our version, for CPU or CUDA', () => {
    const says = (version: string) => () => `${version}\n/site-packages`
    expect(findPythonTorch({}, says('2.11.0'))).toBe('/site-packages')
    expect(findPythonTorch({}, says('2.11.0+cu128'))).toBe('/site-packages')
    expect(findPythonTorch({}, says('2.11.0+cpu'))).toBe('/site-packages')
    expect(findPythonTorch({}, says('2.11.1'))).toBeUndefined()
    expect(findPythonTorch({}, says('2.11.0+rocm6.4'))).toBeUndefined()
    expect(findPythonTorch({}, () => undefined)).toBeUndefined()
  })
})
