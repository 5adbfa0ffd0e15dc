/**
 * Makes the tarballs of a release.
 * usage: bun scripts/release/pack.ts platform VERSION OUT   the addon of this machine's platform (run setup first)
 *        bun scripts/release/pack.ts root VERSION OUT       the main package
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { addonFile, findAddon, imagesFile } from '../../ts/native/addon.ts'
import { thisMachine } from '../../ts/native/machine.ts'
import { sourceHash } from '../../ts/native/source-hash.ts'
import { findReady } from '../../ts/setup/index.ts'
import { emitTypes } from './emit-types.ts'
import { type Manifest, modulesOf, parseVersion, platformManifest, publishedManifest } from './packages.ts'

const [what, versionText, out = 'dist'] = process.argv.slice(2)
const version = parseVersion(versionText)
const machine = thisMachine()
const root = JSON.parse(readFileSync(join(machine.packageRoot, 'package.json'), 'utf8')) as Manifest
const folder = mkdtempSync(join(tmpdir(), 'classifier-pack-'))
try {
  const write = (manifest: Manifest): void =>
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  if (what === 'platform') {
    const ready = findReady(machine, {})
    const images = findAddon(machine, imagesFile).path
    if (ready === undefined || images === undefined)
      throw new Error('no addon of these sources: run setup first')
    write(platformManifest(root, machine.platform.name, version, sourceHash(machine)))
    cpSync(ready.addon, join(folder, addonFile))
    cpSync(images, join(folder, imagesFile))
  } else if (what === 'root') {
    const named = [...(root.files as string[]), 'README.md', 'LICENSE']
    for (const name of named) cpSync(join(machine.packageRoot, name), join(folder, name), { recursive: true })
    emitTypes(machine.packageRoot, Object.values(modulesOf(root)), folder)
    write(publishedManifest(root, version))
  } else throw new Error('usage: pack.ts platform|root VERSION OUT')

  mkdirSync(out, { recursive: true })
  const pack = Bun.spawnSync(['npm', 'pack', '--silent', '--pack-destination', resolve(out)], { cwd: folder })
  if (pack.exitCode !== 0) throw new Error(`npm pack failed:\n${pack.stderr}`)
  process.stdout.write(`${join(out, pack.stdout.toString().trim())}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
