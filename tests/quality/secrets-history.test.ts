import { expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from '../setup/scratch.ts'

const script = join(import.meta.dir, '../../scripts/find-secrets.ts')

test('what was taken out again is found in the history, with its commit', () => {
  const folder = scratchFolder()
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const env = Object.fromEntries(inherited)
  const git = (...words: string[]): string => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
    return Bun.spawnSync(['git', ...identity, ...words], { cwd: folder, env })
      .stdout.toString()
      .trim()
  }
  const search = (word: string) => {
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, script, word], { cwd: folder, env })
    return { exitCode, said: stderr.toString() }
  }
  git('init', '--quiet', '--initial-branch=main')
  put(join(folder, 'fine.txt'), 'nothing here\n')
  git('add', '.')
  git('commit', '--quiet', '--message', 'feat: a')
  expect(search('--history')).toEqual({ exitCode: 0, said: '' })

  git('checkout', '--quiet', '-b', 'side')
  put(join(folder, 'sub/token.env'), `a=1\nWANDB_API_KEY=${'0a1b'.repeat(10)}`)
  git('add', '.')
  git('commit', '--quiet', '--message', 'feat: oh no')
  const commit = git('rev-parse', 'HEAD')
  rmSync(join(folder, 'sub'), { recursive: true })
  git('commit', '--quiet', '--all', '--message', 'fix: gone')
  git('checkout', '--quiet', 'main')
  expect(search('--tracked').exitCode).toBe(0)
  const { exitCode, said } = search('--history')
  expect(exitCode).toBe(1)
  expect(said).toContain(`sub/token.env in commit ${commit.slice(0, 12)}: looks like a Weights & Biases key`)
})
