import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { scratchFolder } from '../setup/scratch.ts'

setDefaultTimeout(580_000)

const root = join(import.meta.dir, '../..')
const programs = ['node', 'npm', 'npx', 'sh', 'bash', 'env', 'uname', 'tar', 'python3', 'ldd']
const wanted = process.env.CT_RELEASE_TESTS === '1'
if (!wanted)
  console.warn('skipped: set CT_RELEASE_TESTS=1 to install the tarballs, whose packages npm fetches')

/** A PATH with neither Bun nor anything that compiles. */
function bareFolder(): string {
  const bin = scratchFolder()
  for (const name of programs) {
    const path = Bun.which(name)
    if (path !== null) symlinkSync(path, join(bin, name))
  }
  return bin
}

describe.skipIf(!wanted)('the packed tarballs, in an empty folder with Node and npm alone', () => {
  const tarballs = scratchFolder()
  const folder = scratchFolder()
  const bin = bareFolder()
  const run = (...command: string[]): { exitCode: number; text: string } => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, {
      cwd: folder,
      env: {
        ...process.env,
        PATH: bin,
        // libtorch is what setup finds on this machine; the native core must come from the package.
        XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
        ONNXRUNTIME_NODE_INSTALL: 'skip',
        NO_COLOR: '1',
      },
    })
    return { exitCode, text: `${stdout}${stderr}` }
  }

  beforeAll(() => {
    for (const what of ['root', 'platform']) {
      const command = [process.execPath, 'scripts/release/pack.ts', what, '9.9.9', tarballs]
      const { exitCode, stderr } = Bun.spawnSync(command, { cwd: root })
      expect([exitCode, stderr.toString()]).toEqual([0, ''])
    }
    run('npm', 'init', '--yes')
    const [main = '', platform = ''] = readdirSync(tarballs)
      .sort((one, other) => one.length - other.length)
      .map((name) => join(tarballs, name))
    expect(run('npm', 'install', '--omit=optional', main)).toMatchObject({ exitCode: 0 })
    expect(run('npm', 'install', '--no-save', platform)).toMatchObject({ exitCode: 0 })
  })

  test('hold the addon, and nothing that compiles is in reach', () => {
    const [scope = ''] = readdirSync(join(folder, 'node_modules/@classifier-training'))
    const files = readdirSync(join(folder, 'node_modules/@classifier-training', scope)).sort()
    expect(files).toEqual(['classifier_images.node', 'classifier_training.node', 'package.json'])
    for (const name of ['cargo', 'rustc', 'cc', 'gcc', 'bun']) expect(existsSync(join(bin, name))).toBe(false)
  })

  test('set up and train', () => {
    const setup = run('npx', 'classifier-training', 'setup')
    expect([setup.exitCode, setup.text]).toEqual([0, expect.not.stringContaining('building')])
    mkdirSync(join(folder, 'data'))
    const generated = run('npx', 'classifier-training', 'generate', 'output=data', 'count=120', 'seed=3')
    expect([generated.exitCode, generated.text]).toEqual([0, expect.any(String)])
    const words = ['data.data_root=data', 'data.image_size=32', 'trainer.max_epochs=1', 'hydra.run.dir=run']
    const trained = run('npx', 'classifier-training', 'train', ...words)
    expect([trained.exitCode, trained.text]).toEqual([0, expect.any(String)])
    expect(JSON.parse(readFileSync(join(folder, 'run/summary.json'), 'utf8'))).toMatchObject({
      status: 'completed',
    })
  })
})
