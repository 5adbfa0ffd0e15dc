import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  distributionTag,
  parseVersion,
  platformManifest,
  publishedManifest,
} from '../../scripts/release/packages.ts'
import { put, scratchFolder } from '../setup/scratch.ts'

const root = join(import.meta.dir, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>

describe('what is published', () => {
  test('the main package names its platforms in its own version, and nothing for development', () => {
    const published = publishedManifest(manifest, '1.2.3')
    expect(published.version).toBe('1.2.3')
    expect(published.optionalDependencies).toEqual({
      '@classifier-training/linux-x64': '1.2.3',
      '@classifier-training/darwin-arm64': '1.2.3',
    })
    expect(published.exports).toMatchObject({
      './config': { types: './types/ts/config/index.d.ts', default: './ts/config/index.ts' },
    })
    expect(published).not.toHaveProperty('devDependencies')
    expect(published).not.toHaveProperty('scripts')
    expect(published.dependencies).toEqual(manifest.dependencies)
  })

  test('a platform package holds both halves of the addon, for one system', () => {
    expect(platformManifest(manifest, 'linux-x64', '1.2.3', 'abc')).toMatchObject({
      name: '@classifier-training/linux-x64',
      os: ['linux'],
      cpu: ['x64'],
      libc: ['glibc'],
      files: ['classifier_training.node', 'classifier_images.node'],
      sourceHash: 'abc',
    })
    expect(platformManifest(manifest, 'darwin-arm64', '1.2.3', 'abc')).not.toHaveProperty('libc')
  })

  test('versions and their tags', () => {
    expect(distributionTag(parseVersion('2.0.0'))).toBe('latest')
    expect(distributionTag(parseVersion('2.0.0-dev.3'))).toBe('dev')
    for (const wrong of ['', '1.2', 'v1.2.3', '1.2.3;rm', undefined])
      expect(() => parseVersion(wrong)).toThrow()
  })

  test('platforms first, and what is up already is left alone', () => {
    const folder = scratchFolder()
    for (const name of ['-linux-x64', '-darwin-arm64', ''])
      put(join(folder, `classifier-training${name}-1.2.3.tgz`))
    // A registry that has the Linux package from a release that broke off.
    const npm = put(
      join(scratchFolder(), 'npm'),
      '#!/bin/sh\ncase "$1 $2" in "view @classifier-training/linux-x64@1.2.3") echo 1.2.3 ;; view*) exit 1 ;; esac\n',
    )
    chmodSync(npm, 0o755)
    const { stdout, exitCode } = Bun.spawnSync(
      [process.execPath, join(root, 'scripts/release/publish.ts'), '1.2.3', folder, '--dry-run'],
      { env: { ...process.env, PATH: `${dirname(npm)}:${process.env.PATH}` } },
    )
    expect(exitCode).toBe(0)
    const lines = stdout.toString().trim().split('\n')
    expect(lines[0]).toBe('@classifier-training/linux-x64@1.2.3 is published already')
    expect(lines[1]).toContain('classifier-training-darwin-arm64-1.2.3.tgz --access public --tag latest')
    expect(lines[2]).toContain('/classifier-training-1.2.3.tgz')
    expect(lines).toHaveLength(3)
  })
})

describe('the command under Node alone', () => {
  const launcher = join(root, 'bin/classifier-training.js')
  const node = Bun.which('node')

  function folderWith(programs: Record<string, string>): string {
    const folder = scratchFolder()
    if (node !== null) symlinkSync(node, join(folder, 'node'))
    for (const [name, script] of Object.entries(programs)) {
      put(join(folder, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    mkdirSync(join(folder, 'home'))
    return folder
  }
  const run = (folder: string, ...words: string[]) =>
    Bun.spawnSync([join(folder, 'node'), launcher, ...words], {
      env: { PATH: folder },
    })

  test.skipIf(node === null)('takes the Bun of the PATH and passes its exit code on', () => {
    const folder = folderWith({ bun: 'case "$1" in --version) echo 1.5.0 ;; *) echo "$@"; exit 75 ;; esac' })
    const { stdout, exitCode } = run(folder, 'train', 'a b')
    expect(stdout.toString()).toContain('/ts/cli/main.ts train a b')
    expect(exitCode).toBe(75)
  })

  test.skipIf(node === null)('passes an old Bun over and asks npx for the pinned one', () => {
    const bun = 'case "$1" in --version) echo 1.3.9 ;; *) exit 1 ;; esac'
    const folder = folderWith({ bun })
    put(join(folder, 'real'), '#!/bin/sh\necho pinned "$@"\n')
    chmodSync(join(folder, 'real'), 0o755)
    put(join(folder, 'npx'), `#!/bin/sh\ntest "$2" = bun@1.4.5 && echo ${join(folder, 'real')}\n`)
    chmodSync(join(folder, 'npx'), 0o755)
    expect(run(folder, 'setup').stdout.toString()).toMatch(/^pinned .*main\.ts setup\n$/)
  })

  test.skipIf(node === null)('says what to do where there is none to be had', () => {
    const { stderr, exitCode } = run(folderWith({ bun: 'exit 1', npx: 'exit 1' }))
    expect(exitCode).toBe(5)
    expect(stderr.toString()).toContain('npm install --global bun@1.4.5')
  })
})
