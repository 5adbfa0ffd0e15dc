import { parseCommandLine } from '../config/command-line.ts'
import type { Job } from '../config/run/job.ts'
import { runProgram } from '../config/run-program.ts'
import { SWEEP_JOB_VARIABLE } from '../config/subprocess-launcher.ts'
import { endWithParent } from './end-with-parent.ts'
import { indexedWords } from './indexed-words.ts'
import { trainProgram } from './train-program.ts'

// Only what showing a configuration needs is imported at once: help and --cfg answer before the training stack could load.

export async function run(words: string[]): Promise<number> {
  const argv = [...words, ...indexedWords(process.env)]
  const startedAt = Date.now() - performance.now()
  if (process.env[SWEEP_JOB_VARIABLE] !== undefined) endWithParent()
  const line = parseCommandLine(argv)
  if (line.show?.kind === 'cfg' && line.show.part === 'plan')
    return (await import('./show-plan.ts')).showPlan(line)
  const [, action, shell = ''] = /^(install|uninstall)=(.*)$/.exec(line.overrides[0] ?? '') ?? []
  if (line.show?.kind === 'completion' && action !== undefined)
    return (await import('./completion.ts')).run([shell, ...(action === 'uninstall' ? ['--remove'] : [])])
  let exitCode = 0
  const allowKey = line.overrides.length > 0 ? (await import('./allowed-key.ts')).allowedKey : () => true
  const check = line.mode === 'multirun' ? (await import('./checked-trial.ts')).checkedTrial : undefined
  const task = async (job: Job): Promise<void> => {
    const [{ terminalScreen }, { trainJob }] = await Promise.all([
      import('./screen.ts'),
      import('./train-job.ts'),
    ])
    exitCode = await trainJob(job, {
      screen: terminalScreen(),
      json: line.json,
      startedAt,
    })
  }
  const program = trainProgram(allowKey, task, check, line.json)
  const code = await runProgram(program, argv, {
    cwd: process.cwd(),
    env: process.env,
    now: new Date(),
    print: (text) => void process.stdout.write(text),
    printLog: (text) => void (line.json ? process.stderr : process.stdout).write(text),
    printError: (text) =>
      void process.stderr.write(text.startsWith('warning:') ? text : text.replace(/^/, 'error: ')),
  })
  return code === 0 ? exitCode : code
}
