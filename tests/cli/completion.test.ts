import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completionWords } from '../../ts/cli/completion-words.ts'
import { put, scratchFolder } from '../setup/scratch.ts'

setDefaultTimeout(120_000)

const main = join(import.meta.dir, '../../ts/cli/main.ts')

function cli(words: readonly string[], env: Record<string, string> = {}, cwd = process.cwd()) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, main, ...words], {
    cwd,
    env: { ...process.env, ...env },
  })
  return { exitCode, out: stdout.toString(), err: stderr.toString() }
}

const query = (line: string, cwd?: string): string[] =>
  cli(['completion', 'query', 'zsh'], { COMP_LINE: line }, cwd).out.split('\n').filter(Boolean)

describe('what is completed', () => {
  test.each([
    ['classifier-training ver', ['verify-resume']],
    ['npx classifier-training exp', ['export']],
    ['classifier-training train model=resnet1', ['model=resnet18']],
    ['classifier-training train data.batch_s', ['data.batch_size=']],
    ['classifier-training train seed=3 hydra/launcher=k', ['hydra/launcher=kubernetes']],
    ['classifier-training train --cfg ', ['all', 'hydra', 'job', 'plan']],
    ['classifier-training train --info de', ['defaults', 'defaults-tree']],
    ['classifier-training evaluate data.split=t', ['data.split=test', 'data.split=train']],
    ['classifier-training setup --libtorch c', ['cpu', 'cu128', 'cu130']],
    ['classifier-training bench st', ['start', 'step']],
    ['classifier-training batches cou', ['count=']],
    ['classifier-training export --', ['--help', '--json']],
    ['classifier-training completion ', ['bash', 'fish', 'zsh']],
    ['classifier-training nothing ', []],
    ['classifier-training lint x', []],
  ])('%s', (line, expected) => expect(query(line).sort()).toEqual(expected))

  test('paths go on into folders', () => {
    const folder = scratchFolder()
    mkdirSync(join(folder, 'outputs/one'), { recursive: true })
    put(join(folder, 'outputs/model.onnx'))
    put(join(folder, '.hidden'))
    expect(query('classifier-training predict model=o', folder)).toEqual(['model=outputs/'])
    expect(query('classifier-training predict model=outputs/', folder)).toEqual([
      'model=outputs/model.onnx',
      'model=outputs/one/',
    ])
    expect(query('classifier-training train data.data_root=o', folder)).toEqual(['data.data_root=outputs/'])
    expect(query('classifier-training sync ', folder)).toEqual(['outputs/'])
    expect(query('classifier-training predict --output ', folder)).toEqual(['outputs/'])
  })
})

test('every command is known, with the words of its help', () => {
  const listed = [...cli(['--help']).out.matchAll(/^ {2}([a-z][a-z-]*) {2}/gm)].map(([, name]) => name)
  expect(listed.sort() as string[]).toEqual(Object.keys(completionWords).sort())
  for (const [name, { options, flags, overrides }] of Object.entries(completionWords)) {
    // Their flags are the configuration's, which they share.
    if (name === 'train' || name === 'sweep') continue
    const { out } = cli([name, '--help'])
    const said = new Set([...out.matchAll(/--[a-z][\w-]*/g)].map(([flag]) => flag))
    // Flags of other programs, and a family of train's.
    for (const other of ['--help', '--config-']) said.delete(other)
    expect([name, [...said].sort()]).toEqual([name, Object.keys(flags).sort()])
    const keys = [...out.matchAll(/(?<=[\s[])([a-z_]+(?:\.[a-z_]+)*)=/g)].map(([, key]) => key ?? '')
    const known = Object.keys(options)
    expect([name, known.filter((key) => !keys.includes(key))]).toEqual([name, []])
    if (!overrides) expect([name, keys.filter((key) => !known.includes(key))]).toEqual([name, []])
  }
})

describe('in a shell', () => {
  /** A folder for the PATH with the command in it. */
  function installed(): string {
    const folder = scratchFolder()
    symlinkSync(process.execPath, join(folder, 'bun'))
    writeFileSync(join(folder, 'classifier-training'), `#!/bin/sh\nexec bun ${main} "$@"\n`, { mode: 0o755 })
    return folder
  }
  const scriptOf = (shell: string): string => cli(['completion', shell]).out

  test('bash asks the command, and sets a space behind whole words', () => {
    const type = (line: string): string[] => {
      const script = `${scriptOf('bash')}
COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(classifier-training); COMP_CWORD=1
_classifier_training; printf '%s\\n' "\${COMPREPLY[@]}"`
      const { stdout } = Bun.spawnSync(['bash', '-c', script], {
        env: { ...process.env, PATH: `${installed()}:${process.env.PATH}` },
      })
      return stdout.toString().split('\n').slice(0, -1)
    }
    expect(type('classifier-training train model=resnet5')).toEqual(['model=resnet50 '])
    expect(type('classifier-training train data.batch_s')).toEqual(['data.batch_size='])
    expect(Bun.spawnSync(['bash', '-n', '-c', cli(['completion', 'bash', '--remove']).out]).exitCode).toBe(0)
  })

  const fish = Bun.which('fish')
  test.skipIf(fish === null)('fish asks the command', () => {
    const script = `${scriptOf('fish')}\ncomplete --do-complete 'classifier-training train model=resnet5'`
    const { stdout } = Bun.spawnSync([fish ?? '', '-c', script], {
      env: { ...process.env, PATH: `${installed()}:${process.env.PATH}` },
    })
    expect(stdout.toString().trim()).toBe('model=resnet50')
  })

  const zsh = Bun.which('zsh')
  test.skipIf(zsh === null)('zsh reads the script', () => {
    const { exitCode, stderr } = Bun.spawnSync([zsh ?? '', '-n', '-c', scriptOf('zsh')])
    expect([exitCode, stderr.toString()]).toEqual([0, ''])
  })

  test('train -sc install=SHELL prints the same', () => {
    expect(cli(['train', '-sc', 'install=fish']).out).toBe(scriptOf('fish'))
    expect(cli(['train', '-sc', 'uninstall=fish']).out).toBe(cli(['completion', 'fish', '--remove']).out)
    expect(cli(['completion', 'tcsh'])).toMatchObject({ exitCode: 2, err: expect.stringContaining("'tcsh'") })
    expect(cli(['completion'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('wants a shell') })
  })
})
