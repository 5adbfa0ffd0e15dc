#!/usr/bin/env node
// The package's command for machines that may have Node alone: runs ts/cli/main.ts by Bun, the one on the PATH if it is
// new enough, else the pinned one through npx. Signals reach Bun, and its exit code is ours.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const pinned = '1.4.5'
const main = fileURLToPath(new URL('../ts/cli/main.ts', import.meta.url))

/** Path of a Bun of at least the pinned version. */
function findBun() {
  if (process.versions.bun) return process.execPath
  const own = spawnSync('bun', ['--version'], { encoding: 'utf8' })
  if (own.status === 0 && isAtLeast(own.stdout.trim())) return 'bun'
  const fetched = spawnSync('npx', ['--yes', `bun@${pinned}`, '--print', 'process.execPath'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (fetched.status === 0) return fetched.stdout.trim()
  process.stderr.write(`error: Bun ${pinned} or newer is needed, and npx could not fetch it\n`)
  process.stderr.write(
    `  → install it (npm install --global bun@${pinned}), then run the same command again\n`,
  )
  process.exit(5)
}

function isAtLeast(version) {
  const [found, wanted] = [version, pinned].map((text) => text.split('.').map(Number))
  for (let index = 0; index < 3; index++)
    if (found[index] !== wanted[index]) return found[index] > wanted[index]
  return true
}

const child = spawn(findBun(), [main, ...process.argv.slice(2)], { stdio: 'inherit' })
// A terminal sends Ctrl-C to the whole group, so Bun has it already; it must only not end us before it.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 70)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
