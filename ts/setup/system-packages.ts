import { existsSync, readFileSync } from 'node:fs'
import { DeviceError } from '../errors/index.ts'
import type { Reporter } from './reporter.ts'
import type { Requirement } from './requirements.ts'

/** What decides whether packages may be installed without asking. */
export interface Authority {
  readonly root: boolean
  /** Text of /etc/os-release. */
  readonly osRelease: string
  readonly hasAptGet: boolean
}

export function currentAuthority(): Authority {
  const file = '/etc/os-release'
  return {
    root: process.getuid?.() === 0,
    osRelease: existsSync(file) ? readFileSync(file, 'utf8') : '',
    hasAptGet: Bun.which('apt-get') !== null,
  }
}

/** Debian packages that may be installed here for what is missing: as root on Debian or its children only. */
export function installablePackages(missing: readonly Requirement[], authority: Authority): string[] {
  const debian = /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(authority.osRelease)
  if (!authority.root || !debian || !authority.hasAptGet) return []
  return [...new Set(missing.flatMap((requirement) => requirement.debian ?? []))]
}

/** The two commands, in order. */
export function installCommands(packages: readonly string[]): string[][] {
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ]
}

/** Says what it installs and does it; DeviceError with apt's words if that fails. */
export async function installPackages(packages: readonly string[], reporter: Reporter): Promise<void> {
  reporter.say(`installing system packages: ${packages.join(' ')}`)
  for (const command of installCommands(packages)) {
    const child = Bun.spawn(command, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
    })
    const complaint = await new Response(child.stderr).text()
    // A mirror that does not answer need not matter: the lists on disk may do.
    if ((await child.exited) !== 0 && command[1] !== 'update')
      throw new DeviceError(`${command.join(' ')} failed:\n${complaint.trim()}`, {
        hint: 'install them by hand, then run setup again',
      })
  }
}

/** One message that names all that is missing, each with the command that brings it. */
export function missingError(missing: readonly Requirement[]): DeviceError {
  const lines = missing.map(
    ({ name, why, detail, install }) => `  - ${name} (${why}): ${detail}\n      ${install}`,
  )
  return new DeviceError(`this machine lacks what setup needs:\n${lines.join('\n')}`, {
    hint: 'run the commands above (with sudo where they need it), then the same command again',
    details: missing,
  })
}
