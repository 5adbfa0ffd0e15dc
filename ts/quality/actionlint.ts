import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../native/machine.ts'

/** The linter's version and those of its parts, each by the checksum that Go verifies. */
export const actionlintModule = 'scripts/actionlint'

const packagePath = 'github.com/rhysd/actionlint/cmd/actionlint'

/** actionlint below the cache, built from its pinned sources once for each version; a sentence where it cannot be had. */
export function installActionlint(
  machine: Machine,
): { readonly program: string } | { readonly missing: string } {
  const module = join(machine.packageRoot, actionlintModule)
  const hash = new Bun.CryptoHasher('sha256')
    .update(readFileSync(join(module, 'go.mod')))
    .update(readFileSync(join(module, 'go.sum')))
    .digest('hex')
    .slice(0, 16)
  const parent = join(machine.cache, 'actionlint')
  const program = join(parent, hash)
  if (existsSync(program)) return { program }
  const go = Bun.which('go', { PATH: machine.env.PATH ?? '' })
  if (go === null) return { missing: 'it is built by Go, which is not on the PATH (https://go.dev/dl)' }
  const staged = `${program}.${process.pid}`
  mkdirSync(parent, { recursive: true })
  process.stderr.write(`building actionlint of ${actionlintModule}/go.mod\n`)
  const { exitCode, stderr } = Bun.spawnSync([go, 'build', '-trimpath', '-o', staged, packagePath], {
    cwd: module,
    // Nothing may change what go.mod and go.sum say, whatever the user's own settings of Go are.
    env: { ...machine.env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
  })
  if (exitCode !== 0) {
    rmSync(staged, { force: true })
    const lines = stderr.toString().trim().split('\n')
    return { missing: `Go cannot build it: ${lines.find((line) => !line.startsWith('go: downloading'))}` }
  }
  for (const old of readdirSync(parent))
    if (/^[0-9a-f]{16}$/.test(old)) rmSync(join(parent, old), { force: true })
  renameSync(staged, program)
  return { program }
}
