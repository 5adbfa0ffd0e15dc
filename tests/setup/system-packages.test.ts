import { describe, expect, test } from 'bun:test'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from './scratch.ts'

const source = (name: string): string => JSON.stringify(join(import.meta.dir, '../../ts/setup', name))

/** Runs the installation in a process whose apt-get is `script`; answers what apt-get was asked. */
function installWith(script: string): { asked: string; stderr: string; exitCode: number } {
  const folder = scratchFolder()
  const log = join(folder, 'log')
  chmodSync(
    put(join(folder, 'apt-get'), `#!/bin/sh\necho "$DEBIAN_FRONTEND $@" >> ${log}\n${script}\n`),
    0o755,
  )
  const program = `
    const { installPackages } = await import(${source('system-packages.ts')})
    const { createReporter } = await import(${source('reporter.ts')})
    await installPackages(['nasm', 'cmake'], createReporter())`
  const { stderr, exitCode } = Bun.spawnSync([process.execPath, '-e', program], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  })
  return { asked: readFileSync(log, 'utf8'), stderr: stderr.toString(), exitCode }
}

describe('installing system packages', () => {
  test('says what it installs, asks nothing back, and does not mind a mirror that is away', () => {
    const { asked, stderr, exitCode } = installWith('test "$1" != update')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('setup: installing system packages: nasm cmake')
    expect(asked.split('\n')).toEqual([
      'noninteractive update',
      'noninteractive install -y --no-install-recommends nasm cmake',
      '',
    ])
  })

  test("a failure carries apt's own words", () => {
    const { stderr, exitCode } = installWith('echo "E: Unable to locate package" >&2; test "$1" = update')
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('apt-get install -y --no-install-recommends nasm cmake failed')
    expect(stderr).toContain('E: Unable to locate package')
  })
})
