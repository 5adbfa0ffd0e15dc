import { writeSync } from 'node:fs'
import * as v from 'valibot'
import { wandbLogger } from '../../ts/logging/wandb.ts'
import { recorded, row, sinkContext } from './run-files.ts'

/** Logs a row each 20 ms to a folder, from a step on, until it is killed; says how long metrics.jsonl is after each. */
const [directory = '', from = '1', keepBytes = '0'] = process.argv.slice(2)
const resumed = from === '1' ? null : Number(from) - 1
const sink = wandbLogger.create(
  v.parse(wandbLogger.schema, { save_dir: directory, id: 'run1' }),
  sinkContext(directory, resumed).context,
)
const log = recorded(directory, sink, Number(keepBytes))
for (let step = Number(from); ; step++) {
  log.row(row(step, { loss: step }))
  writeSync(1, `${step} ${log.bytes()}\n`)
  await Bun.sleep(20)
}
