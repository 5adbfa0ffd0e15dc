import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { libtorchVersion } from '../../ts/native/libtorch.ts'
import type { Machine } from '../../ts/native/machine.ts'
import { platformOf } from '../../ts/native/platform.ts'
import { createReporter } from '../../ts/setup/reporter.ts'

const made: string[] = []
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone after the test run. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'classifier-setup-'))
  made.push(folder)
  return folder
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
