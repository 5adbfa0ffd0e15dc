/** Looks for credentials in the files named, or with `--tracked` in all files that git tracks. Exit 1 if there are any. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { findSecrets } from '../ts/quality/secrets.ts'

const largest = 4 << 20

function trackedFiles(): string[] {
  const { stdout, exitCode } = Bun.spawnSync(['git', 'ls-files', '-z'])
  // Outside a repository (an unpacked archive) there is nothing that could be committed.
  return exitCode === 0 ? stdout.toString().split('\0').filter(Boolean) : []
}

const words = process.argv.slice(2)
const files = words.includes('--tracked') ? trackedFiles() : words
let found = 0
for (const file of files) {
  if (!existsSync(file) || !statSync(file).isFile() || statSync(file).size > largest) continue
  const bytes = readFileSync(file)
  if (bytes.subarray(0, 8000).includes(0)) continue
  for (const { kind, line } of findSecrets(bytes.toString('utf8'))) {
    process.stderr.write(`${file}:${line}: looks like a ${kind}\n`)
    found++
  }
}
if (found > 0) process.stderr.write('take it out, and revoke it if it has ever been pushed\n')
process.exitCode = found > 0 ? 1 : 0
