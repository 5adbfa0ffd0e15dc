import type { ExperimentSink } from './experiment.ts'

/** Every event as a line of metrics.jsonl, at once, for the program that reads our output. */
export function jsonLinesSink(write: (line: string) => void): ExperimentSink {
  return {
    name: 'json',
    row: ({ epoch, step, time, scalars }) => write(`${JSON.stringify({ epoch, step, time, ...scalars })}\n`),
    async finish() {},
  }
}
