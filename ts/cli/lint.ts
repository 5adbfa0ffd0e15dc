import { thisMachine } from '../native/machine.ts'
import { lintSteps } from '../quality/checks.ts'
import { runSteps } from '../quality/step.ts'

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(
      'usage: classifier-training lint\n\nChecks format, lint, types and secrets of a checkout; changes nothing.\n',
    )
    return 0
  }
  return runSteps(await lintSteps(), thisMachine().packageRoot)
}
