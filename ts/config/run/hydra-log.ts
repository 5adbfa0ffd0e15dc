import type { Composition } from '../compose-tree.ts'
import { hydraValue } from '../run-directory.ts'
import { type JobLog, logPlan, openJobLog } from './job-log.ts'

/** Hydra's own log of a composition: what a sweep launches. */
export function openHydraLog(composition: Composition, print: (text: string) => void): JobLog {
  return openLog(composition, 'hydra_logging', print)
}

/** The job's log, console and file, as `hydra.job_logging` asks for. */
export function openTaskLog(composition: Composition, print: (text: string) => void): JobLog {
  return openLog(composition, 'job_logging', print)
}

function openLog(
  composition: Composition,
  kind: 'hydra_logging' | 'job_logging',
  print: (text: string) => void,
): JobLog {
  const verbose = hydraValue(composition, ['verbose'])
  const plan = logPlan(hydraValue(composition, [kind]), verbose?.kind === 'bool' && verbose.value)
  return openJobLog(plan, (line) => print(`${line}\n`))
}
