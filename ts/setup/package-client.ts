import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import { wrongChecksum } from './download.ts'
import type { Reporter } from './reporter.ts'
import { sha256File } from './sha256-file.ts'
import type { Wheel } from './wheels.ts'

export interface ClientOptions {
  readonly python: string
  readonly wheel: Wheel
  readonly tags: readonly string[]
  /** Folder of finished downloads. */
  readonly folder: string
  readonly reporter: Reporter
  /** Environment of the client, which carries the user's own index settings. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The command that downloads one wheel for another Python than the running one. */
export function clientCommand(options: ClientOptions, requirements: string, destination: string): string[] {
  const tags = options.tags.flatMap((tag) => ['--platform', tag])
  return [
    ...[options.python, '-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:'],
    ...['--implementation', 'cp', '--python-version', '311', ...tags, '--no-cache-dir'],
    ...['--disable-pip-version-check', '--progress-bar', options.reporter.terminal ? 'on' : 'off'],
    ...['--dest', destination, '--requirement', requirements],
  ]
}

/** Path of the wheel, fetched by the package client if it is not there yet, with its checksum verified. */
export async function downloadByClient(options: ClientOptions): Promise<string> {
  const { wheel, folder, reporter } = options
  const target = join(folder, `${wheel.sha256.slice(0, 16)}.whl`)
  if (existsSync(target)) {
    if ((await sha256File(target)) === wheel.sha256) return target
    rmSync(target)
  }
  // The client's temporary files belong on the disk whose space was checked; leftovers of a killed run go.
  const scratch = join(folder, 'client')
  rmSync(scratch, { recursive: true, force: true })
  const destination = join(scratch, 'wheels')
  mkdirSync(destination, { recursive: true })
  const requirements = join(scratch, 'requirements.txt')
  writeFileSync(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`)

  // On a terminal the client draws its bar; its standard output goes to ours for messages, not for results.
  const child = Bun.spawn(clientCommand(options, requirements, destination), {
    env: { ...options.env, TMPDIR: scratch },
    stdin: 'ignore',
    stdout: reporter.terminal ? 2 : 'ignore',
    stderr: reporter.terminal ? 2 : 'pipe',
  })
  const complaint = child.stderr instanceof ReadableStream ? await new Response(child.stderr).text() : ''
  const exitCode = await child.exited
  const [file] = readdirSync(destination).filter((name) => name.endsWith('.whl'))
  if (exitCode !== 0 || file === undefined)
    throw new DeviceError(
      `the package client could not download ${wheel.requirement} (exit ${exitCode})${complaint === '' ? '' : `:\n${complaint.trim()}`}`,
      {
        hint: `see its message; or install PyTorch 2.11.0 by hand and set LIBTORCH to its folder`,
      },
    )
  const received = await sha256File(join(destination, file))
  if (received !== wheel.sha256) {
    rmSync(scratch, { recursive: true })
    throw wrongChecksum(file, wheel.sha256, received)
  }
  renameSync(join(destination, file), target)
  rmSync(scratch, { recursive: true })
  return target
}
