import { beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')
const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']

/** A repository with our hooks installed and the tools that they call. */
function repository(): string {
  const folder = scratchFolder()
  for (const name of [
    '.pre-commit-config.yaml',
    'biome.json',
    'tsconfig.json',
    'package.json',
    'rustfmt.toml',
  ])
    copyFileSync(join(root, name), join(folder, name))
  for (const name of ['scripts', 'ts']) symlinkSync(join(root, name), join(folder, name))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  put(join(folder, '.gitignore'), 'node_modules\nscripts\nts\n')
  git(folder, 'init', '--quiet', '--initial-branch=develop')
  run(folder, [process.execPath, 'x', '--bun', '--no-install', 'prek', 'install', '--quiet'])
  return folder
}

function environment(): Record<string, string | undefined> {
  // The hooks' own `bun` and `prek`; a surrounding git hook's variables would lead to another repository.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const path = `${join(process.execPath, '..')}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`
  return { ...Object.fromEntries(inherited), PATH: path, SKIP: 'types,rustfmt' }
}

function run(cwd: string, command: string[]): { exitCode: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd, env: environment() })
  return { exitCode, output: `${stdout}${stderr}` }
}

function git(cwd: string, ...words: string[]): { exitCode: number; output: string } {
  return run(cwd, ['git', ...identity, ...words])
}

function commit(folder: string, file: string, content: string | Uint8Array, message = 'feat: try it') {
  mkdirSync(join(folder, file, '..'), { recursive: true })
  writeFileSync(join(folder, file), content)
  git(folder, 'add', file)
  return git(folder, 'commit', '--message', message)
}

describe('commit hooks', () => {
  let folder = ''
  beforeAll(() => {
    folder = repository()
  })

  test('let a clean commit through', () => {
    const { exitCode, output } = commit(folder, 'clean.txt', 'all is well\n')
    expect(output).toContain('conventional commit message')
    expect(exitCode).toBe(0)
  })

  const privateKey = ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----\n'].join(' ')
  test.each([
    ['trailing whitespace', 'space.txt', 'text \n', 'trim trailing whitespace'],
    ['a missing final newline', 'end.txt', 'text', 'fix end of files'],
    ['a 700 KB file', 'large.bin', new Uint8Array(700_000).fill(1), 'large files'],
    ['a private key', 'key.pem', privateKey, 'detect private key'],
    ['a token', 'token.txt', `WANDB_API_KEY=${'0a1b'.repeat(10)}\n`, 'looks like a Weights & Biases key'],
    ['unformatted TypeScript', 'wild.ts', 'const a = "1";\nexport { a }\n', 'TypeScript format and lint'],
  ])('stop %s', (_what, file, content, words) => {
    const { exitCode, output } = commit(folder, file, content)
    git(folder, 'rm', '--cached', '--quiet', '--force', file)
    expect(output).toContain(words)
    expect(exitCode).not.toBe(0)
  })

  test('stop a bad commit message', () => {
    const { exitCode, output } = commit(folder, 'fine.txt', 'fine\n', 'did some work')
    git(folder, 'rm', '--cached', '--quiet', '--force', 'fine.txt')
    expect(output).toContain('must read "type: subject"')
    expect(exitCode).not.toBe(0)
  })
})
