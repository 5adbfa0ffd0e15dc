/**
 * Looks for credentials in the files named, with `--tracked` in all files that git tracks, with `--history` in every line that
 * any commit added. Exit 1 if there are any.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { findSecrets } from '../ts/quality/secrets.ts'

const largest = 4 << 20
let found = 0

function report(place: string, kind: string): void {
  process.stderr.write(`${place}: looks like a ${kind}\n`)
  found++
}

function trackedFiles(): string[] {
  // Outside a repository (an unpacked archive, an image) there is nothing that could be committed.
  if (Bun.which('git') === null) return []
  const { stdout, exitCode } = Bun.spawnSync(['git', 'ls-files', '-z'])
  return exitCode === 0 ? stdout.toString().split('\0').filter(Boolean) : []
}

function searchFiles(files: readonly string[]): void {
  for (const file of files) {
    if (!existsSync(file) || !statSync(file).isFile() || statSync(file).size > largest) continue
    const bytes = readFileSync(file)
    if (bytes.subarray(0, 8000).includes(0)) continue
    for (const { kind, line } of findSecrets(bytes.toString('utf8'))) report(`${file}:${line}`, kind)
  }
}

/** What was taken out again is still there for everyone who clones. */
async function searchHistory(): Promise<void> {
  const log = [
    'git',
    'log',
    '--all',
    '--patch',
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--format=commit %H',
  ]
  const child = Bun.spawn(log, { stdout: 'pipe', stderr: 'inherit' })
  const decoder = new TextDecoder()
  let [commit, file, rest] = ['', '', '']
  const read = (line: string): void => {
    if (line.startsWith('commit ')) commit = line.slice(7, 19)
    else if (line.startsWith('+++ ')) file = line.slice(4).replace(/^b\//, '')
    else if (line.startsWith('+'))
      for (const { kind } of findSecrets(line.slice(1))) report(`${file} in commit ${commit}`, kind)
  }
  for await (const piece of child.stdout) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) read(line)
  }
  read(rest)
  if ((await child.exited) !== 0) throw new Error('git log failed')
}

const words = process.argv.slice(2)
if (words.includes('--history')) await searchHistory()
else searchFiles(words.includes('--tracked') ? trackedFiles() : words)
if (found > 0) process.stderr.write('take it out, and revoke it if it has ever been pushed\n')
process.exitCode = found > 0 ? 1 : 0
