import { thisMachine } from '../native/machine.ts'
import { formatSteps } from '../quality/checks.ts'
import { runSteps } from '../quality/step.ts'

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write('usage: classifier-training format\n\nFormats both sides of a checkout in place.\n')
    return 0
  }
  return runSteps(formatSteps(), thisMachine().packageRoot)
}
