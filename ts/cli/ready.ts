import { thisMachine } from '../native/machine.ts'
import { lintSteps } from '../quality/checks.ts'
import { runSteps } from '../quality/step.ts'
import { runTests } from './test.ts'

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(
      'usage: classifier-training ready\n\nEverything that CI checks: lint, then the tests of both sides.\n',
    )
    return 0
  }
  const lint = await runSteps(await lintSteps(), thisMachine().packageRoot)
  const tests = await runTests({ rust: true, typescript: true, filters: [] })
  if (lint !== 0) process.stderr.write('the tests are above; lint FAILED, see further up\n')
  return lint === 0 ? tests : 1
}
