import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Instruction, parseDockerfile } from '../image/dockerfile.ts'
import { scratchFolder } from '../setup/scratch.ts'

setDefaultTimeout(120_000)

const root = join(import.meta.dir, '../..')
const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'))

/** The instructions of a stage. */
function stage(name: string): readonly Instruction[] {
  return stages.find((one) => one.name === name)?.instructions ?? []
}

/** The files of a checkout that a stage's COPY lines bring, in a folder of their own. */
function copied(name: string): string {
  const folder = scratchFolder()
  for (const { name: instruction, flags, text } of stage(name)) {
    const words = text.split(/\s+/)
    if (instruction !== 'COPY' || flags.some((flag) => flag.name === 'from')) continue
    const target = words.at(-1) ?? ''
    for (const source of words.slice(0, -1)) {
      const into = target.endsWith('/')
        ? join(folder, target, source.split('/').at(-1) ?? '')
        : join(folder, target)
      mkdirSync(dirname(into), { recursive: true })
      cpSync(join(root, source), into, { recursive: true })
    }
  }
  return folder
}

function run(folder: string, words: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...words], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
      NO_COLOR: '1',
      ...env,
    },
  })
  return { exitCode, text: `${stdout}${stderr}` }
}

describe('the stages of the image', () => {
  test('libtorch is fetched by what its stage copies', () => {
    const folder = copied('libtorch')
    expect(existsSync(join(folder, 'scripts/fetch-libtorch.ts'))).toBe(true)
    // Bundling follows every import: one that leads outside would end the build.
    const built = run(folder, ['build', '--target=bun', '--outdir=out', 'scripts/fetch-libtorch.ts'])
    expect([built.exitCode, built.text]).toEqual([0, expect.any(String)])
    const answered = run(folder, ['scripts/fetch-libtorch.ts', 'cu999'])
    expect(answered.exitCode).not.toBe(0)
    expect(answered.text).toContain('cu999')
  })

  test('what is shipped is enough to answer and to compose', () => {
    const [, list = ''] = /cp -a (.+) \/shipped\//.exec(stage('shipped').at(-1)?.text ?? '') ?? []
    const folder = scratchFolder()
    for (const name of list.split(' ').filter((one) => one !== 'node_modules'))
      cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const main = join(folder, 'ts/cli/main.ts')
    const work = scratchFolder()
    for (const words of [
      ['--version'],
      ['train', '--help'],
      ['train', '--cfg', 'job'],
      ['train', '-m', 'seed=1,2', 'hydra/launcher=local', '--dry-run'],
    ])
      expect([words, run(work, [main, ...words]).exitCode]).toEqual([words, 0])
  })

  test('no stage but the last adds what the container is run as', () => {
    for (const name of ['bun', 'tools', 'libtorch', 'build', 'shipped'])
      expect(stage(name).filter((one) => /^(USER|ENTRYPOINT|EXPOSE)/.test(one.name))).toEqual([])
    const names = stage('runtime').map(({ name }) => name)
    expect(names.lastIndexOf('USER')).toBeGreaterThan(
      Math.max(names.lastIndexOf('RUN'), names.lastIndexOf('COPY')),
    )
  })
})
