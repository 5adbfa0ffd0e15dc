import { describe, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { pairs, parseDockerfile } from '../image/dockerfile.ts'
import { put, scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('Dockerfile', () => {
  const stages = parseDockerfile(read('Dockerfile'))
  const all = stages.flatMap(({ instructions }) => instructions)
  const of = (name: string): string[] => all.filter((one) => one.name === name).map(({ text }) => text)

  test('every image from outside is pinned by digest', () => {
    for (const [index, { from }] of stages.entries()) {
      const isStage = stages.slice(0, index).some(({ name }) => name === from)
      expect(isStage || /^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.test(from)).toBe(true)
    }
    expect(stages.map(({ name }) => name)).toEqual([
      'bun',
      'tools',
      'libtorch',
      'build',
      'test',
      'shipped',
      'runtime',
    ])
  })

  test('ends as an ordinary user, in exec form, so that SIGTERM reaches the trainer', () => {
    expect(of('USER').at(-1)).toBe(`\${RUN_AS}`)
    expect(Number(pairs(of('ARG').join(' ')).RUN_AS)).toBeGreaterThan(0)
    expect(JSON.parse(of('ENTRYPOINT').at(-1) ?? '')).toEqual(['bun', '/app/ts/cli/main.ts'])
    expect(JSON.parse(of('CMD').at(-1) ?? '')).toEqual(['train'])
    expect(of('STOPSIGNAL')).toEqual(['SIGTERM'])
  })

  test('nothing from the network is run or unpacked unchecked', () => {
    for (const words of of('RUN')) {
      expect(words).not.toMatch(/\b(curl|wget)\b/)
      if (words.includes('npm pack')) expect(words).toContain('sha256sum --check')
      if (words.includes('bun install')) expect(words).toContain('--frozen-lockfile --ignore-scripts')
      if (words.includes('apt-get install')) expect(words).toContain('rm -rf /var/lib/apt/lists/*')
    }
    expect(of('ADD')).toEqual([])
  })

  test('only what is named goes into the build, here and on Cloud Build', () => {
    const docker = read('.dockerignore').split('\n')
    expect(docker.filter((line) => !line.startsWith('#'))[0]).toBe('*')
    const named = (text: string): string[] =>
      text.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1).replace(/^\//, '')] : []))
    expect(named(read('.gcloudignore'))).toEqual(named(read('.dockerignore')))
  })
})

describe('Cloud Build', () => {
  test('its file names a machine, a limit and each substitution that the steps use', () => {
    const build = parse(read('cloudbuild.yaml')) as {
      steps: { script: string }[]
      substitutions: Record<string, string>
      timeout: string
      options: { machineType: string }
    }
    expect(build.timeout).toBe('3600s')
    expect(build.options.machineType).toBe('E2_HIGHCPU_32')
    const used = build.steps.flatMap(({ script }) =>
      [...script.matchAll(/\$(_[A-Z]+)/g)].map(([, name]) => name),
    )
    expect([...new Set(used)].sort() as string[]).toEqual(Object.keys(build.substitutions).sort())
  })

  /** A repository that holds the script alone. */
  function repository(): string {
    const folder = scratchFolder()
    mkdirSync(join(folder, 'scripts'))
    copyFileSync(join(root, 'scripts/cloud-build.sh'), join(folder, 'scripts/cloud-build.sh'))
    run(folder, ['git', 'init', '--quiet'])
    run(folder, ['git', 'add', '.'])
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
    run(folder, ['git', ...identity, 'commit', '--quiet', '--message', 'feat: a'])
    run(folder, ['git', 'tag', 'v1.2.3'])
    return folder
  }
  function run(cwd: string, command: string[]): { exitCode: number; stdout: string; stderr: string } {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd, env: Object.fromEntries(inherited) })
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
  }
  const script = (folder: string, ...words: string[]) =>
    run(folder, ['bash', 'scripts/cloud-build.sh', ...words])

  test('prints the very command, with the commit in it', () => {
    const folder = repository()
    const commit = run(folder, ['git', 'rev-parse', 'HEAD']).stdout.trim()
    const { stdout, exitCode } = script(folder, '--project', 'my-project', '--dry-run')
    expect(exitCode).toBe(0)
    expect(stdout.replaceAll('\\', '').trim()).toBe(
      'gcloud builds submit . --project my-project --region us-central1 --config cloudbuild.yaml --substitutions ' +
        '_IMAGE=us-central1-docker.pkg.dev/my-project/containers/classifier-training,' +
        `_TAG=${commit},_VERSION=v1.2.3,_REVISION=${commit},_LIBTORCH=cu128`,
    )
  })

  test('refuses a tree that is not its commit, or says so in the tag', () => {
    const folder = repository()
    put(join(folder, 'new.txt'))
    expect(script(folder, '--project', 'my-project', '--dry-run').stderr).toContain('commit first')
    const { stdout } = script(folder, '--project', 'my-project', '--dry-run', '--allow-dirty')
    expect(stdout).toContain('-dirty')
  })

  test.each([
    ['--project', 'a;rm -rf /'],
    ['--project', '$(id)-project'],
    ['--region', 'us-central1 --async'],
    ['--repository', '../other'],
    ['--tag', 'a,_IMAGE=evil'],
    ['--libtorch', 'cu121'],
    ['--service-account', 'me@example.org'],
    ['--unknown', 'x'],
  ])('refuses %s %j', (option, value) => {
    const { exitCode, stdout, stderr } = script(
      repository(),
      ...['--project', 'my-project', option, value, '--dry-run'],
    )
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(option)
  })
})
