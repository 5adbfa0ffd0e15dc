import { Failure } from '../errors/index.ts'

/** Says on stderr what failed and what to do; answers the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof Failure) {
    process.stderr.write(`error: ${error.message}\n`)
    if (error.hint !== undefined) process.stderr.write(`  → ${error.hint}\n`)
    if (process.env.HYDRA_FULL_ERROR === '1' && error.stack !== undefined)
      process.stderr.write(`${error.stack}\n`)
    return error.exitCode
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`error: this is a bug in classifier-training, not your mistake:\n${text}\n`)
  process.stderr.write('  → please report it with the command you ran and, if there is one, the run folder\n')
  return 70
}
