/**
 * Publishes the tarballs of a folder, platforms' packages before the main one, so that nobody installs a main package
 * whose addon is not there yet. What is already published is left alone: a half-failed release can simply run again.
 * usage: bun scripts/release/publish.ts VERSION FOLDER [--dry-run]
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { distributionTag, parseVersion, platformPackage, releasedPlatforms } from './packages.ts'

const [versionText, folder = 'dist', mode] = process.argv.slice(2)
const version = parseVersion(versionText)
const names = [...releasedPlatforms.map(platformPackage), 'classifier-training']
const tarballs = names.map((name) => `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
const there = new Set(readdirSync(folder))
const absent = tarballs.filter((file) => !there.has(file))
if (absent.length > 0) throw new Error(`not in ${folder}: ${absent.join(', ')}`)

for (const [index, name] of names.entries()) {
  const known = Bun.spawnSync(['npm', 'view', `${name}@${version}`, 'version'], { stderr: 'ignore' })
  if (known.stdout.toString().trim() === version) {
    process.stdout.write(`${name}@${version} is published already\n`)
    continue
  }
  const tarball = join(folder, tarballs[index] ?? '')
  const command = ['npm', 'publish', `./${tarball}`, '--access', 'public', '--tag', distributionTag(version)]
  if (mode === '--dry-run') {
    process.stdout.write(`${command.join(' ')}\n`)
    continue
  }
  const { exitCode } = Bun.spawnSync(command, { stdout: 'inherit', stderr: 'inherit' })
  if (exitCode !== 0) process.exit(exitCode)
}
