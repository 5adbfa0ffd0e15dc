import { ConfigError } from '../../errors/index.ts'
import type { Composition } from '../compose-tree.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { parseOverrides } from '../overrides/parser.ts'
import { isHydraOverride, type Override } from '../overrides/value.ts'
import { hydraValue, sweepSubdirectory } from '../run-directory.ts'
import { expandSweep } from '../sweep.ts'
import { type ListedSweeper, listedSweeper, type SweepJob } from '../sweeper.ts'

/** What is swept over: `hydra.sweeper.params` before the command line's words. */
export function sweepWords(master: Composition): Override[] {
  const params = hydraValue(master, ['sweeper', 'params'])
  const words =
    params?.kind === 'map' ? [...params.entries].map(([key, node]) => `${key}=${pythonText(node)}`) : []
  const task = master.overrides.filter((override) => !isHydraOverride(override))
  return [...parseOverrides(words, { random: master.options.random }), ...task]
}

/** Hydra's own sweeper: every combination of the values. */
export function basicSweeper(master: Composition, words: readonly Override[]): ListedSweeper {
  const maxBatch = hydraValue(master, ['sweeper', 'max_batch_size'])
  const jobs = expandSweep(words, {
    groupOptions: (group) => master.repository.options(group),
    random: master.options.random,
  })
  return listedSweeper('basic', jobs, maxBatch?.kind === 'int' ? Number(maxBatch.value) : undefined)
}

/**
 * Composes each job, so that a mistake shows before the first one starts. Gives each job's directory, relative to the
 * sweep's. @throws ConfigError naming the job
 */
export function composeAll(
  jobs: readonly SweepJob[],
  compose: (job: SweepJob) => Composition,
  check?: (composition: Composition) => void,
): Map<number, string> {
  const found = new Map<number, string>()
  for (const job of jobs) {
    try {
      const composition = compose(job)
      found.set(job.number, sweepSubdirectory(composition, job.number))
      check?.(composition)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const problems = error.problems.map((problem) => ({
        ...problem,
        message: `job #${job.number} (${job.overrides.join(' ')}): ${problem.message}`,
      }))
      throw new ConfigError(problems)
    }
  }
  return found
}
