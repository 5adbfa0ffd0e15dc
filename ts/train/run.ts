import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { injectionPoint } from '../errors/index.ts'
import type { Session } from '../native/engine.ts'
import type { Position, SkippedImage, TrainReport } from '../native/spec.d.ts'
import { BackgroundSaves } from './background-saves.ts'
import type { Action, RunContext, Scalars } from './callback.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import type { Hooks } from './hooks.ts'
import type { Recorder } from './recorder.ts'
import { trainingData } from './run-identity.ts'
import { type Best, type RunState, stateVersion } from './run-state.ts'

/** Writes the ONNX files and what belongs beside them, from a checkpoint or the present weights; answers the paths. */
export type Exporter = (
  action: Extract<Action, { kind: 'export' }>,
  checkpoint: string | undefined,
) => Promise<readonly string[]>

export interface RunParts {
  readonly context: RunContext
  readonly session: Session
  readonly hooks: Hooks
  readonly recorder: Recorder
  readonly store: CheckpointStore
  readonly exporter: Exporter
  readonly checkpoints: boolean
  readonly preprocessing: unknown
  /** The metric whose best checkpoint is `best`, where several are watched; absent: whoever asks. */
  readonly bestMonitor?: string | undefined
  /** Told after each save: the run folder holds a state that can be gone on from. */
  readonly onSaved?: (() => void) | undefined
}

/** Where a resumable checkpoint stands. */
interface Resumable {
  readonly directory: string
  readonly position: Position
  readonly phase: RunState['phase']
  readonly transient: boolean
}

/** A run in progress: carries out what the callbacks ask for and knows what a checkpoint must hold. */
export class Run {
  readonly context: RunContext
  readonly session: Session
  readonly hooks: Hooks
  readonly recorder: Recorder
  readonly #parts: RunParts
  readonly #saves = new BackgroundSaves()
  best: Best | null = null
  trainReport: TrainReport | null = null
  phase: RunState['phase'] = 'train'
  stopReason: string | undefined
  /** Images trained by this process. */
  imagesTrained = 0
  readonly skippedImages: SkippedImage[] = []
  /** The newest resumable checkpoint, which may still be on its way. */
  #resumable: Resumable | undefined
  /** The newest that is on the disk. */
  #written: Resumable | undefined

  constructor(parts: RunParts) {
    this.#parts = parts
    this.context = parts.context
    this.session = parts.session
    this.hooks = parts.hooks
    this.recorder = parts.recorder
  }

  /** Newest resumable checkpoint, if there is one: what a run that failed can go back to. */
  get lastCheckpoint(): { readonly directory: string; readonly position: Position } | undefined {
    return this.#written
  }

  /** Seconds in which training waited for checkpoints that were on their way to the disk. */
  get waitedForDisk(): number {
    return this.#saves.waitedSeconds
  }

  /** Continues from what a checkpoint held, and does what the process that wrote it may not have come to do. */
  async restore(state: RunState, directory: string, position: Position): Promise<void> {
    const { store } = this.#parts
    this.best = state.best
    this.trainReport = state.trainReport
    this.phase = state.phase
    this.hooks.restore(state.callbacks)
    // Another run's checkpoint (resume=PATH) stays that run's.
    const own = !relative(this.context.directory, directory).startsWith('..')
    const transient = own && isTransient(directory)
    this.#resumable = { directory, position, phase: state.phase, transient }
    this.#written = this.#resumable
    if (!own) return
    await store.point('last', directory)
    const best = state.best && resolve(this.context.directory, state.best.checkpoint)
    if (best && existsSync(best)) await store.point('best', best)
    for (const old of state.outdated) await store.forget(resolve(this.context.directory, old))
  }

  /** Takes note of what a span did. */
  spanDone(report: TrainReport): void {
    this.trainReport = report
    this.imagesTrained += report.span.images
    const known = new Set(this.skippedImages.map(({ path }) => path))
    const skipped = report.epoch_done ? report.skipped_images.filter(({ path }) => !known.has(path)) : []
    if (skipped.length > 0) this.context.logger.warn(skippedLine(skipped))
    this.skippedImages.push(...skipped)
  }

  /**
   * Carries out `actions`; what they ask to log is returned. Checkpoints come after everything else, since they hold the
   * state that the rest leaves, and removals come last. Checkpoints are copied at once and written beside what comes next;
   * a write that failed is thrown by a later call.
   */
  async perform(actions: readonly Action[], epoch: number, position: Position): Promise<Scalars> {
    this.#saves.throwFailure()
    const logged: Record<string, number> = {}
    for (const action of actions) {
      if (action.kind === 'log') Object.assign(logged, action.scalars)
      else if (action.kind === 'stop') this.stopReason ??= action.reason
      else if (action.kind === 'image') this.recorder.image(action, epoch, position)
      else if (action.kind === 'table') this.recorder.table(action, epoch, position)
      else if (action.kind === 'histogram') this.recorder.histogram(action, epoch, position)
      else if (action.kind === 'text') this.recorder.text(action, epoch, position)
    }
    const { store } = this.#parts
    const outdated = actions.flatMap((action) =>
      action.kind === 'forget' ? [store.path(action.name, action.directory)] : [],
    )
    for (const action of actions)
      if (action.kind === 'save') await this.#save(action, epoch, position, outdated)
    if (outdated.length > 0)
      this.#saves.add(async () => {
        for (const directory of outdated) await store.forget(directory)
      })
    for (const action of actions) if (action.kind === 'export') await this.#export(action)
    return logged
  }

  /** Returns when every checkpoint that was asked for is on the disk, with its pointers; throws where one failed. */
  async settle(): Promise<void> {
    await this.#saves.settle()
  }

  /** Makes sure that the run can be resumed from here, once it has settled. */
  async checkpoint(position: Position): Promise<void> {
    if (!this.#parts.checkpoints) return
    const previous = this.#resumable
    const here = previous?.phase === this.phase && samePosition(previous.position, position)
    if (here) return
    const name = `resume-epoch=${String(position.epoch).padStart(3, '0')}-step=${position.step}${this.phase === 'epoch_end' ? '-end' : ''}`
    await this.#save({ kind: 'save', name, pointers: ['last'] }, position.epoch, position, [], true)
  }

  async #save(
    action: Extract<Action, { kind: 'save' }>,
    epoch: number,
    position: Position,
    outdated: readonly string[],
    transient = false,
  ): Promise<void> {
    if (!this.#parts.checkpoints) return
    const { store, context } = this.#parts
    // One at a time: a second copy in memory would wait for the same disk.
    await this.#saves.settle()
    const directory = await store.place(action.name, action.directory)
    const pointers = new Set(action.pointers ?? [])
    const { bestMonitor } = this.#parts
    if (bestMonitor !== undefined && action.monitor && action.monitor.name !== bestMonitor)
      pointers.delete('best')
    if (pointers.has('best') && action.monitor)
      this.best = {
        epoch,
        step: position.step,
        monitor: action.monitor.name,
        value: action.monitor.value,
        checkpoint: relative(context.directory, directory),
      }
    const weightsOnly = action.weightsOnly ?? false
    if (!weightsOnly) pointers.add('last')
    const previous = this.#resumable
    const transients = previous?.transient && previous.directory !== directory ? [previous.directory] : []
    const gone = weightsOnly ? [] : transients
    const saved = this.session.save({
      directory,
      scored: 'auto',
      weights_only: weightsOnly,
      state: this.#state([...gone, ...outdated]),
    })
    const resumable = { directory, position, phase: this.phase, transient }
    this.#saves.add(async () => {
      const { seconds, bytes } = await saved
      context.logger.debug('checkpoint saved', { directory, seconds, bytes })
      injectionPoint('pointer.before')
      for (const pointer of pointers) await store.point(pointer, directory)
      injectionPoint('pointer.done')
      if (!transient) this.recorder.checkpoint(directory, [...pointers])
      if (weightsOnly) return
      this.#written = resumable
      for (const old of gone) await store.forget(old)
      this.#parts.onSaved?.()
    })
    if (!weightsOnly) this.#resumable = resumable
  }

  #state(outdated: readonly string[]): RunState {
    const { context, preprocessing } = this.#parts
    return {
      version: stateVersion,
      phase: this.phase,
      trainReport: this.trainReport,
      history: context.history.records,
      callbacks: this.hooks.state(),
      best: this.best,
      metricsBytes: this.recorder.bytes,
      classes: context.classes,
      plan: context.plan,
      data: trainingData(context.summary),
      preprocessing,
      outdated: outdated.map((directory) => relative(context.directory, directory)),
    }
  }

  async #export(action: Extract<Action, { kind: 'export' }>): Promise<void> {
    await this.settle()
    const best = action.from === 'best' ? await this.#parts.store.follow('best') : undefined
    for (const path of await this.#parts.exporter(action, best)) this.recorder.file(path, 'model')
  }
}

/** What `data.on_error: skip` left out: all by number, the first few by name. */
function skippedLine(images: readonly SkippedImage[]): string {
  const shown = images.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`)
  const more = images.length > shown.length ? `, and ${images.length - shown.length} more` : ''
  const count = images.length === 1 ? 'an image is' : `${images.length} images are`
  return `${count} left out, as data.on_error=skip asks: ${shown.join(', ')}${more}`
}

function samePosition(a: Position, b: Position): boolean {
  return a.epoch === b.epoch && a.batch === b.batch && a.step === b.step
}

/** Checkpoints of the run itself, kept only until the next one. */
function isTransient(directory: string): boolean {
  return /[\\/]resume-epoch=\d+-step=\d+(-end)?$/.test(directory)
}
