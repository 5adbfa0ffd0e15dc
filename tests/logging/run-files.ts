import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import type { SinkContext } from '../../ts/logging/define.ts'
import type { ExperimentSink, MetricRow } from '../../ts/logging/experiment.ts'
import { createLogger, type LogRecord } from '../../ts/logging/logger.ts'
import { MetricsFile } from '../../ts/logging/metrics-file.ts'

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'loggers-'))

/** What a process that was killed has left of a folder: a copy, which no timer of this process writes to any more. */
export function leftBehind(directory: string): string {
  const copy = scratch()
  cpSync(directory, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/** A context whose log lines can be looked at. */
export function sinkContext(
  directory: string,
  resumedStep: number | null = null,
): { context: SinkContext; lines: string[] } {
  const lines: string[] = []
  const logger = createLogger('train', 'info', [(record: LogRecord) => void lines.push(record.message)])
  const config = { seed: 42, model: { name: 'resnet18', pretrained: null }, data: { tags: ['a', 'b'] } }
  return { context: { directory, config, resumedStep, logger }, lines }
}

export function writePng(path: string, color: string): Buffer {
  const canvas = createCanvas(12, 8)
  const paint = canvas.getContext('2d')
  paint.fillStyle = color
  paint.fillRect(0, 0, 12, 8)
  writeFileSync(path, canvas.toBuffer('image/png'))
  return readFileSync(path)
}

export const row = (step: number, scalars: Record<string, number>): MetricRow => ({
  epoch: Math.floor(step / 10),
  step,
  time: 1_700_000_000 + step / 4,
  scalars,
})

/** Does as the recorder does: the metrics file first, then the sink. */
export function recorded(directory: string, sink: ExperimentSink, keepBytes = 0) {
  const file = new MetricsFile(directory, keepBytes)
  return {
    row: (event: MetricRow): void => {
      file.append(event)
      sink.row(event)
    },
    bytes: (): number => file.bytes,
  }
}
