import { writeSync } from 'node:fs'
import * as v from 'valibot'
import { wandbLogger } from '../../ts/logging/wandb.ts'
import { row, sinkContext } from './run-files.ts'

/** Logs rows to a folder until it is killed, and says each one that is logged. */
const directory = process.argv[2] ?? ''
const sink = wandbLogger.create(
  v.parse(wandbLogger.schema, { save_dir: directory, offline: true }),
  sinkContext(directory).context,
)
for (let step = 1; ; step++) {
  sink.row(row(step, { loss: step }))
  writeSync(1, `${step}\n`)
}
