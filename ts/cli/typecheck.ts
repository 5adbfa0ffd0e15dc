import { thisMachine } from '../native/machine.ts'
import { typecheckSteps } from '../quality/checks.ts'
import { runSteps } from '../quality/step.ts'

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(
      'usage: classifier-training typecheck\n\nChecks the TypeScript types of a checkout.\n',
    )
    return 0
  }
  return runSteps(typecheckSteps(), thisMachine().packageRoot)
}
