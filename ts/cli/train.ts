import { parseCommandLine } from '../config/command-line.ts'
import { runProgram } from '../config/run-program.ts'
import { terminalScreen } from './screen.ts'
import { showPlan } from './show-plan.ts'
import { startNative } from './start-native.ts'
import { trainJob } from './train-job.ts'
import { trainProgram } from './train-program.ts'

export async function run(argv: string[]): Promise<number> {
  const startedAt = Date.now() - performance.now()
  const line = parseCommandLine(argv)
  if (line.show?.kind === 'cfg' && line.show.part === 'plan') return showPlan(line)
  let exitCode = 0
  const program = trainProgram(async (job) => {
    exitCode = await trainJob(job, {
      engine: startNative(),
      screen: terminalScreen(),
      json: line.json,
      startedAt,
    })
  })
  const code = await runProgram(program, argv, {
    cwd: process.cwd(),
    env: process.env,
    now: new Date(),
    print: (text) => void process.stdout.write(text),
    printError: (text) =>
      void process.stderr.write(text.startsWith('warning:') ? text : text.replace(/^/, 'error: ')),
  })
  return code === 0 ? exitCode : code
}
