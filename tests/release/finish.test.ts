import { expect, test } from 'bun:test'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')

/** A checkout of `develop` after its release was planned, and what the programs of the release were asked. */
function release() {
  const bare = scratchFolder()
  const folder = scratchFolder()
  const bin = scratchFolder()
  const calls = join(bin, 'calls')
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|GITHUB_|GH_)/.test(name))
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
  const run = (...command: string[]) =>
    Bun.spawnSync(command, {
      cwd: folder,
      env: {
        ...Object.fromEntries(inherited),
        PATH: `${bin}:${process.env.PATH}`,
        GITHUB_REF_NAME: 'develop',
      },
    })
  const git = (...words: string[]): void => {
    const { exitCode, stderr } = run('git', ...identity, ...words)
    if (exitCode !== 0) throw new Error(stderr.toString())
  }
  const program = (name: string, script: string): void => {
    put(join(bin, name), `#!/bin/sh\necho ${name} "$@" >> ${calls}\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  program('bun', '')
  program('gh', 'test "$2" != view')
  Bun.spawnSync(['git', 'init', '--bare', '--quiet', '--initial-branch=develop', bare])
  git('init', '--quiet', '--initial-branch=develop')
  git('remote', 'add', 'origin', bare)
  git('commit', '--quiet', '--allow-empty', '--message', 'feat: a')
  git('push', '--quiet', 'origin', 'develop')
  put(join(folder, 'dist/a.tgz'))
  return {
    git,
    program,
    finish() {
      const { exitCode, stdout } = run(join(root, 'scripts/release/finish.sh'), '1.2.0-dev.1', 'dist')
      return { exitCode, said: stdout.toString() }
    },
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  }
}

test('what lacks behind the tag is published and released', () => {
  const { git, finish, calls } = release()
  git('tag', 'v1.2.0-dev.1')
  expect(finish().exitCode).toBe(0)
  expect(calls()).toEqual([
    expect.stringMatching(/^bun .*publish\.ts 1\.2\.0-dev\.1 dist$/),
    'gh release view v1.2.0-dev.1',
    'gh release create v1.2.0-dev.1 --verify-tag --generate-notes --prerelease dist/a.tgz dist/SHA256SUMS',
  ])
})

test('a release that is there is left alone', () => {
  const { git, program, finish, calls } = release()
  git('tag', 'v1.2.0-dev.1')
  program('gh', '')
  expect(finish().exitCode).toBe(0)
  expect(calls().filter((line) => line.includes('create'))).toEqual([])
})

test('nothing is published from a commit that the tag does not name', () => {
  const { git, finish, calls } = release()
  expect(finish()).toMatchObject({
    exitCode: 1,
    said: expect.stringContaining('::error::v1.2.0-dev.1 was planned'),
  })
  // The branch went on while the release waited to be approved.
  git('commit', '--quiet', '--allow-empty', '--message', 'fix: b')
  git('push', '--quiet', 'origin', 'develop')
  git('checkout', '--quiet', 'HEAD~')
  expect(finish()).toMatchObject({ exitCode: 0, said: expect.stringContaining('::notice::develop went on') })
  expect(calls()).toEqual([])
})
