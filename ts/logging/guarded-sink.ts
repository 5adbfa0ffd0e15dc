import type { ExperimentSink } from './experiment.ts'
import type { Logger } from './logger.ts'

/** How long a sink's last word may take, in milliseconds, whatever its own deadline is. */
const FINISH_MS = 90_000

/**
 * A sink whose failures never reach training: the first one is said, all are counted, and the run goes on. A sink that
 * cannot be made is left out, which is said too.
 */
export function guardedSink(name: string, create: () => ExperimentSink, logger: Logger): ExperimentSink {
  let failures = 0
  const failed = (error: unknown): void => {
    failures++
    if (failures > 1) return
    const reason = error instanceof Error ? error.message : String(error)
    logger.warn(`${name} logger: ${reason}; training goes on, metrics.jsonl has every value`)
  }
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      failed(error)
    }
  }
  let sink: ExperimentSink | undefined
  attempt(() => {
    sink = create()
  })
  return {
    name,
    row: (row) => attempt(() => sink?.row(row)),
    image: (image) => attempt(() => sink?.image?.(image)),
    table: (table) => attempt(() => sink?.table?.(table)),
    histogram: (histogram) => attempt(() => sink?.histogram?.(histogram)),
    text: (text) => attempt(() => sink?.text?.(text)),
    line: (text) => attempt(() => sink?.line?.(text)),
    checkpoint: (directory, names) => attempt(() => sink?.checkpoint?.(directory, names)),
    file: (path, kind) => attempt(() => sink?.file?.(path, kind)),
    summary: (values) => attempt(() => sink?.summary?.(values)),
    finish: async (status, exitCode) => {
      try {
        const end = sink?.finish(status, exitCode)
        if (end && !(await within(end, FINISH_MS)))
          failed(new Error(`did not finish within ${FINISH_MS / 1000} s`))
      } catch (error) {
        failed(error)
      }
      if (failures > 1) logger.warn(`${name} logger: ${failures} failures in all`)
    },
  }
}

/** Whether `work` ends in time; its failure is passed on. */
export async function within(work: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
