import { beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')
const wanted = process.env.CT_RELEASE_TESTS === '1'
if (!wanted) console.warn('skipped: set CT_RELEASE_TESTS=1 to run semantic-release, which npm fetches')

/** A checkout whose remote is a bare repository, with a release 1.0.0 on main. */
function repository(): { git: (...words: string[]) => string; plan: () => string | undefined } {
  const bare = scratchFolder()
  const folder = scratchFolder()
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|GITHUB_|CI$)/.test(name))
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  }
  const env = { ...Object.fromEntries(inherited), ...identity }
  const run = (command: string[], extra = {}): string => {
    const { stdout, stderr, exitCode } = Bun.spawnSync(command, { cwd: folder, env: { ...env, ...extra } })
    if (exitCode !== 0) throw new Error(`${command.join(' ')}:\n${stdout}${stderr}`)
    return stdout.toString()
  }
  const git = (...words: string[]): string => run(['git', ...words])
  Bun.spawnSync(['git', 'init', '--bare', '--quiet', '--initial-branch=main', bare])
  git('init', '--quiet', '--initial-branch=main')
  copyFileSync(join(root, 'release.config.js'), join(folder, 'release.config.js'))
  put(join(folder, 'package.json'), '{"name":"a","version":"0.0.0","type":"module"}')
  mkdirSync(join(folder, 'scripts'))
  git('remote', 'add', 'origin', bare)
  git('add', '.')
  git('commit', '--quiet', '--message', 'feat: begin')
  git('tag', 'v1.0.0')
  git('push', '--quiet', 'origin', 'main', '--tags')
  git('checkout', '--quiet', '-b', 'develop')
  git('push', '--quiet', 'origin', 'develop')
  return {
    git,
    plan() {
      const output = put(join(folder, '.git/version'))
      const script = join(root, 'scripts/release/semantic-release.sh')
      const extra = { RELEASE_STEP: 'plan', GITHUB_OUTPUT: output }
      run([script, '--dry-run', '--no-ci', '--repository-url', bare], extra)
      return /version=(\S+)/.exec(new TextDecoder().decode(Bun.spawnSync(['cat', output]).stdout))?.[1]
    },
  }
}

describe.skipIf(!wanted)('the next version', () => {
  let git: (...words: string[]) => string
  let plan: () => string | undefined
  beforeAll(() => {
    ;({ git, plan } = repository())
  })

  // Each row goes on from the one before it; a version that was planned is then tagged, as a release would.
  test.each([
    ['develop', ['docs: explain'], undefined],
    ['develop', ['fix: a crash'], '1.0.1-dev.1'],
    ['develop', ['feat: a model'], '1.1.0-dev.1'],
    ['develop', ['fix: the model'], '1.1.0-dev.2'],
    ['develop', ['feat!: another config'], '2.0.0-dev.1'],
    ['main', [], '2.0.0'],
    ['main', ['fix: at once'], '2.0.1'],
    ['main', ['chore: tidy', 'test: more'], undefined],
    ['main', ['perf: faster'], '2.0.2'],
  ])(
    'on %s after %j is %s',
    (branch, messages, version) => {
      git('checkout', '--quiet', branch)
      if (branch === 'main' && messages.length === 0)
        git('merge', '--quiet', '--no-ff', '--no-edit', 'develop')
      for (const message of messages) git('commit', '--quiet', '--allow-empty', '--message', message)
      git('push', '--quiet', 'origin', branch)
      const planned = plan()
      expect(planned).toBe(version)
      if (planned === undefined) return
      git('tag', `v${planned}`)
      const note = JSON.stringify({ channels: [branch === 'main' ? null : 'dev'] })
      git(
        'notes',
        '--ref',
        `semantic-release-v${planned}`,
        'add',
        '--force',
        '--message',
        note,
        `v${planned}`,
      )
      git('push', '--quiet', 'origin', '--tags', 'refs/notes/*')
    },
    120_000,
  )
})
