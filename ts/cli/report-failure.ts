import { Failure } from '../errors/index.ts'
import { masked, secretValues, secretWords } from '../text/secrets.ts'

/** Says on stderr what failed and what to do; answers the exit code. */
export function reportFailure(error: unknown): number {
  const secrets = [...secretValues(process.env), ...secretWords(process.argv.slice(2))]
  const say = (text: string): void => void process.stderr.write(masked(text, secrets))
  if (error instanceof Failure) {
    say(`error: ${error.message}\n`)
    if (error.hint !== undefined) say(`  → ${error.hint}\n`)
    if (process.env.HYDRA_FULL_ERROR === '1' && error.stack !== undefined) say(`${error.stack}\n`)
    return error.exitCode
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(`error: this is a bug in classifier-training, not your mistake:\n${text}\n`)
  say('  → please report it with the command you ran and, if there is one, the run folder\n')
  return 70
}
