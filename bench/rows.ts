import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { createLogger } from '../ts/logging/logger.ts'
import { MetricsFile } from '../ts/logging/metrics-file.ts'
import { wandbLogger } from '../ts/logging/wandb.ts'

/**
 * What events cost the trainer: `bun bench/rows.ts [COUNT]` writes them to metrics.jsonl, metrics.csv and W&B's log, and
 * prints `{"rows","seconds","rss_mb"}`, the memory at each quarter.
 */
const count = Number(process.argv[2] ?? 100_000)
const directory = mkdtempSync(join(tmpdir(), 'rows-'))
const context = { directory, config: {}, resumedStep: null, logger: createLogger('bench', 'error', []) }
const file = new MetricsFile(directory)
const sink = wandbLogger.create(v.parse(wandbLogger.schema, { save_dir: directory, offline: true }), context)
const rss: number[] = []
const start = performance.now()
for (let step = 1; step <= count; step++) {
  const scalars = {
    'train/loss': 1 / step,
    'train/acc_top1': step / count,
    'lr-AdamW': 1e-3,
    'throughput/images_per_second': step * 1.1,
  }
  const row = { epoch: 0, step, time: Date.now() / 1000, scalars }
  file.append(row)
  sink.row(row)
  if (step % Math.ceil(count / 4) === 0) rss.push(Math.round(process.memoryUsage.rss() / 1e6))
}
file.close()
await sink.finish('completed', 0)
const seconds = (performance.now() - start) / 1000
rmSync(directory, { recursive: true })
process.stdout.write(`${JSON.stringify({ rows: count, seconds, rss_mb: rss })}\n`)
