import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const NAME = 'mlflow-run.json'

const Kept = v.object({
  /** `null`: the server has not been reached yet. */
  run_id: v.nullable(v.string()),
  /** Address without credentials. */
  server: v.string(),
  /** Lines of metrics.jsonl that the server has. */
  lines: v.number(),
  /** What is still to be sent of the parameters; they can be sent once only. */
  parameters: v.nullable(v.record(v.string(), v.string())),
  /** Lines of mlflow-files.jsonl that are done with. */
  files: v.number(),
  /** How the run ended, and when, in milliseconds since the Unix epoch; `null` while it goes on or where it was killed. */
  ended: v.nullable(v.object({ status: v.string(), time: v.number() })),
  /** The server knows the end. */
  closed: v.boolean(),
  experiment: v.string(),
  artifact_location: v.nullable(v.string()),
  run_name: v.nullable(v.string()),
  tags: v.record(v.string(), v.unknown()),
  prefix: v.string(),
})

/** What the run folder knows of its run on a tracking server: enough to send the rest without the training. */
export type KeptRun = v.InferOutput<typeof Kept>

export function readKept(directory: string): KeptRun | undefined {
  const file = join(directory, NAME)
  if (!existsSync(file)) return undefined
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), Kept), readFileSync(file, 'utf8'))
  return kept.success ? kept.output : undefined
}

/** Replaces the file in one go: a process that is killed leaves the old one or the new one. */
export function writeKept(directory: string, kept: KeptRun): void {
  const file = join(directory, NAME)
  writeFileSync(`${file}.part`, `${JSON.stringify(kept)}\n`)
  renameSync(`${file}.part`, file)
}
