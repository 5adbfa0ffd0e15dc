import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { libtorchVersion } from '../../ts/native/libtorch.ts'
import type { Machine } from '../../ts/native/machine.ts'
import { platformOf } from '../../ts/native/platform.ts'
import { createReporter } from '../../ts/setup/reporter.ts'

const prefix = 'classifier-tests-'
const parent = join(tmpdir(), `${prefix}${process.pid}`)

// Bun has no hook for the end of a whole run, so a run clears up after those that are over.
for (const name of readdirSync(tmpdir()).filter((candidate) => candidate.startsWith(prefix)))
  if (!isRunning(Number(name.slice(prefix.length))))
    rmSync(join(tmpdir(), name), { recursive: true, force: true })

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A folder of its own in the system's temporary folder, gone at the latest when the next run starts. */
export function scratchFolder(): string {
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'scratch-'))
}

export const silent = createReporter({ silent: true, quiet: true })

export function put(path: string, content: string | Uint8Array = ''): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

/** A machine whose cache and package are empty scratch folders. */
export function scratchMachine(env: Machine['env'] = {}, os = 'linux', arch = 'x64'): Machine {
  const folder = scratchFolder()
  const packageRoot = join(folder, 'package')
  put(join(packageRoot, 'package.json'), JSON.stringify({ name: 'classifier-training', version: '0.1.0' }))
  return { platform: platformOf(os, arch), env, cache: join(folder, 'cache'), packageRoot }
}

export const versionHeader = (version = libtorchVersion): string =>
  ['MAJOR', 'MINOR', 'PATCH']
    .map((part, index) => `#define TORCH_VERSION_${part} ${version.split('.')[index]}\n`)
    .join('')

/** The files by which a libtorch is recognised, in site-packages' layout. */
export function fakeLibtorch(root: string, version = libtorchVersion, extension = 'so'): string {
  put(join(root, `torch/lib/libtorch_cpu.${extension}`), 'cpu')
  put(join(root, `torch/lib/libc10.${extension}`), 'c10')
  put(join(root, 'torch/include/torch/headeronly/version.h'), versionHeader(version))
  return root
}

export function sha256(content: string | Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(content).digest('hex')
}
