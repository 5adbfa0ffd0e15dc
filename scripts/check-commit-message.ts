/** Checks the commit message in a file (git's commit-msg hook) or given after `--text`. Exit 1 with what is wrong. */
import { readFileSync } from 'node:fs'
import { commitMessageProblems } from '../ts/quality/commit-message.ts'

const [first, second] = process.argv.slice(2)
const message = first === '--text' ? (second ?? '') : readFileSync(first ?? '/dev/stdin', 'utf8')
const problems = commitMessageProblems(message)
for (const problem of problems) process.stderr.write(`commit message: ${problem}\n`)
process.exitCode = problems.length > 0 ? 1 : 0
