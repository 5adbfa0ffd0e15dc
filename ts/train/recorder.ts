import type { ExperimentSink, RunStatus } from '../logging/experiment.ts'
import type { MetricsFile } from '../logging/metrics-file.ts'
import type { Position } from '../native/spec.d.ts'
import type { Action, Scalars } from './callback.ts'

/** Writes a run's events down: the metrics file first, then whoever else follows the run. */
export class Recorder {
  readonly #file: MetricsFile
  readonly #sinks: readonly ExperimentSink[]

  constructor(file: MetricsFile, sinks: readonly ExperimentSink[]) {
    this.#file = file
    this.#sinks = sinks
  }

  get bytes(): number {
    return this.#file.bytes
  }

  /** One event; nothing is written for an event without values. */
  row(epoch: number, position: Position, scalars: Scalars): void {
    if (Object.keys(scalars).length === 0) return
    const row = { epoch, step: position.step, time: Date.now() / 1000, scalars }
    this.#file.append(row)
    for (const sink of this.#sinks) sink.row(row)
  }

  image(action: Extract<Action, { kind: 'image' }>, epoch: number, position: Position): void {
    const { key, path, caption } = action
    for (const sink of this.#sinks) sink.image?.({ key, path, caption, epoch, step: position.step })
  }

  table(action: Extract<Action, { kind: 'table' }>, epoch: number, position: Position): void {
    const { key, columns, rows } = action
    for (const sink of this.#sinks) sink.table?.({ key, columns, rows, epoch, step: position.step })
  }

  histogram(action: Extract<Action, { kind: 'histogram' }>, epoch: number, position: Position): void {
    const { key, edges, counts } = action
    for (const sink of this.#sinks) sink.histogram?.({ key, edges, counts, epoch, step: position.step })
  }

  text(action: Extract<Action, { kind: 'text' }>, epoch: number, position: Position): void {
    const { key, text } = action
    for (const sink of this.#sinks) sink.text?.({ key, text, epoch, step: position.step })
  }

  /** A line that the console shows. */
  line(text: string): void {
    for (const sink of this.#sinks) sink.line?.(text)
  }

  checkpoint(directory: string, names: readonly string[]): void {
    for (const sink of this.#sinks) sink.checkpoint?.(directory, names)
  }

  file(path: string, kind: 'model' | 'report' | 'other'): void {
    for (const sink of this.#sinks) sink.file?.(path, kind)
  }

  summary(values: Readonly<Record<string, number | string>>): void {
    for (const sink of this.#sinks) sink.summary?.(values)
  }

  /** Every sink gets its chance; their failures are theirs. */
  async finish(status: RunStatus, exitCode: number): Promise<void> {
    this.#file.close()
    await Promise.allSettled(this.#sinks.map((sink) => sink.finish(status, exitCode)))
  }
}
