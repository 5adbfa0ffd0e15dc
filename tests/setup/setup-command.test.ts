import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { addonFile, findAddon } from '../../ts/native/addon.ts'
import { cacheFolder, type Machine, thisMachine } from '../../ts/native/machine.ts'
import { fakeLibtorch, put, scratchFolder } from './scratch.ts'

const root = join(import.meta.dir, '../..')

interface Place {
  readonly home: string
  readonly machine: Machine
}

/** A user whose cache is empty, in this very checkout. */
function newcomer(): Place {
  const home = scratchFolder()
  const cache = cacheFolder({ XDG_CACHE_HOME: home }, 'linux', home)
  return { home, machine: { ...thisMachine(), cache } }
}

/** The same with all parts there, though of no use. */
function equipped(): Place & { addon: string; libtorch: string } {
  const place = newcomer()
  const extension = process.platform === 'darwin' ? 'dylib' : 'so'
  const libtorch = fakeLibtorch(scratchFolder(), undefined, extension)
  const addon = put(join(place.machine.cache, 'addon', findAddon(place.machine).hash, addonFile))
  return { ...place, addon, libtorch }
}

function setup(home: string, words: string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, 'ts/cli/main.ts', 'setup', ...words],
    {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: home, ...env },
    },
  )
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
}

describe('setup, the command', () => {
  test('--help tells its options', () => {
    const { exitCode, stdout } = setup(scratchFolder(), ['--help'])
    expect(exitCode).toBe(0)
    for (const word of ['--check', '--libtorch', 'cu128', '--rebuild', '--env'])
      expect(stdout).toContain(word)
  })

  test('--check names what is missing, changes nothing, and ends with 5', () => {
    const { home } = newcomer()
    const { exitCode, stdout } = setup(home, ['--check'])
    expect(exitCode).toBe(5)
    expect(stdout).toMatch(/missing.*libtorch 2\.11\.0/)
    expect(stdout).toMatch(/missing.*native core/)
    expect(existsSync(join(home, 'classifier-training/libtorch'))).toBe(false)
    const json = JSON.parse(setup(home, ['--check', '--json']).stdout) as {
      complete: boolean
      rows: unknown[]
    }
    expect(json.complete).toBe(false)
    expect(json.rows.length).toBeGreaterThan(2)
  })

  test('with all there it says so, and starts nothing', () => {
    const { home, libtorch, addon } = equipped()
    const { exitCode, stdout, stderr } = setup(home, [], { LIBTORCH: libtorch })
    expect(stderr).toContain('all there')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(join(libtorch, 'torch/lib'))
    expect(stdout).toContain(addon)
    expect(readdirSync(join(home, 'classifier-training'))).toEqual(['addon'])
    expect(setup(home, ['--check'], { LIBTORCH: libtorch }).exitCode).toBe(0)
    const json = JSON.parse(setup(home, ['--json'], { LIBTORCH: libtorch }).stdout) as { addon: string }
    expect(json.addon).toBe(addon)
  })

  test.skipIf(process.platform !== 'linux')('--env prints what a shell can evaluate', () => {
    const { home, libtorch } = equipped()
    const { stdout } = setup(home, ['--env'], { LIBTORCH: libtorch })
    const shell = Bun.spawnSync(['sh', '-c', `${stdout}\nls "$LIBTORCH/lib"; echo "$LD_LIBRARY_PATH"`])
    expect(shell.stdout.toString().split('\n')).toEqual([
      'libc10.so',
      'libtorch.so',
      'libtorch_cpu.so',
      join(libtorch, 'torch/lib'),
      '',
    ])
  })

  test.each([
    [['--wrong'], 2, 'no option "--wrong"'],
    [['--libtorch'], 2, 'wants a value'],
    [['--libtorch', 'cu999'], 2, 'neither auto, cpu, cu130, cu128 nor an existing folder'],
    [['--libtorch=cu999'], 2, 'cu999'],
  ])('refuses %j', (words, code, reason) => {
    const { exitCode, stderr } = setup(scratchFolder(), words)
    expect(stderr).toContain(reason)
    expect(exitCode).toBe(code)
  })

  test('a LIBTORCH that leads nowhere ends with 5 and a way out', () => {
    const { exitCode, stderr } = setup(scratchFolder(), [], { LIBTORCH: '/nowhere' })
    expect(exitCode).toBe(5)
    expect(stderr).toContain('LIBTORCH=/nowhere: not there')
    expect(stderr).toContain('unset it')
  })
})
