import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { duration } from '../config/schema/duration.ts'
import { bool, choice, field, int, Refused, text } from '../config/schema/field.ts'
import type { Position } from '../native/spec.d.ts'
import type { Action, Actions, Callback, RunContext, Scalars } from '../train/callback.ts'
import { checkpointName, freeName, templateProblems } from './checkpoint-name.ts'
import { defineCallback } from './define.ts'
import { unknownMetric } from './monitored-metric.ts'
import { lightningNames } from './python-names.ts'
import { runPath } from './run-path.ts'
import { place, ranks, type Scored } from './top-checkpoints.ts'

const template = field<string>('Template of the name: `epoch={epoch:02d}-val_acc={val/acc_top1:.4f}`.', {
  expected: 'text',
  json: { type: 'string' },
  parse: (input) => {
    if (typeof input !== 'string' || input === '') return undefined
    const problems = templateProblems(input)
    return problems.length === 0 ? input : new Refused(problems.join('; '))
  },
})

const saveLast = field<boolean | 'link'>('Keep the newest too, whatever its score; `last` points at it.', {
  expected: 'true, false or link',
  json: { enum: [true, false, 'link'] },
  parse: (input) => (typeof input === 'boolean' || input === 'link' ? input : undefined),
})

const versionCounter = field<true>('A taken name gets -v1, -v2 and so on.', {
  expected: 'true',
  json: { const: true },
  parse: (input) =>
    input === true || new Refused('checkpoints are never overwritten: a taken name always gets -v1'),
})

const schema = v.pipe(
  v.strictObject({
    dirpath: v.nullish(text('null: checkpoints/ in the run folder, where relative paths lie.'), null),
    filename: v.nullish(template, null),
    monitor: v.nullish(text('Metric that ranks; null keeps the newest.'), null),
    verbose: v.optional(bool('Log every decision.'), false),
    save_last: v.nullish(saveLast, null),
    save_top_k: v.optional(int('How many of the best to keep; -1 is all.', { min: -1 }), 1),
    save_on_exception: v.optional(
      bool(
        'Save when the run fails between two steps (over an image, a callback), so that it goes on from there.',
      ),
      false,
    ),
    save_weights_only: v.optional(bool('Only the weights: nothing to resume from.'), false),
    mode: v.optional(choice('Which way is better.', ['min', 'max']), 'min'),
    auto_insert_metric_name: v.optional(bool('Write `name=` before every value of the template.'), true),
    every_n_train_steps: v.nullish(int('Save at every n-th optimizer step; 0 is never.', { min: 0 }), null),
    train_time_interval: v.nullish(duration('Save after so much time.'), null),
    every_n_epochs: v.nullish(int('Save after every n-th epoch; 0 is never.', { min: 0 }), null),
    save_on_train_epoch_end: v.nullish(bool('true: not after validations within an epoch.'), null),
    enable_version_counter: v.optional(versionCounter, true),
  }),
  v.check(
    ({ every_n_train_steps: steps, every_n_epochs: epochs, train_time_interval: time }) =>
      [steps ? 1 : 0, epochs ? 1 : 0, time === null ? 0 : 1].reduce((sum, set) => sum + set, 0) <= 1,
    'set only one of every_n_train_steps, every_n_epochs and train_time_interval',
  ),
  v.check(
    ({ monitor, save_top_k: k }) => monitor !== null || k <= 1,
    'save_top_k > 1 needs a monitor: there is nothing to rank by',
  ),
)

type Options = v.InferOutput<typeof schema>

const State = v.object({
  monitor: v.nullable(v.string()),
  mode: v.picklist(['min', 'max']),
  /** Without a score: ±∞, the worst of its mode. */
  kept: v.array(v.object({ name: v.string(), score: v.nullable(v.number()) })),
  newest: v.nullable(v.string()),
  saved_step: v.number(),
  deferred: v.boolean(),
})

/**
 * Keeps the best and the newest checkpoints: Lightning's ModelCheckpoint. Two things differ. `save_last` saves whenever
 * a save is due, whatever the score (the `last` pointer is what a restarted job goes on from). And a monitored metric is
 * always fresh: a save due within an epoch waits for the validation that scores it.
 */
export const modelCheckpoint = defineCallback({
  name: 'model_checkpoint',
  aliases: lightningNames('model_checkpoint', 'ModelCheckpoint'),
  schema,
  create: (options): Callback => createModelCheckpoint(options, Date.now),
})

/** @param now Milliseconds, for `train_time_interval`. */
export function createModelCheckpoint(options: Options, now: () => number): Callback {
  const { monitor, mode, save_top_k: k, train_time_interval: interval } = options
  const everySteps = options.every_n_train_steps ?? 0
  const byDefault =
    options.every_n_train_steps === null && options.every_n_epochs === null && interval === null
  const everyEpochs = byDefault ? 1 : (options.every_n_epochs ?? 0)
  let kept: readonly Scored[] = []
  /** The newest checkpoint, where it is kept only for being the newest. */
  let newest: string | null = null
  let savedStep = 0
  /** A save that came due before its metric was there. */
  let deferred = false
  let lastTime = now()
  /** Asked for by this process; perhaps still on their way to the disk. */
  const asked = new Set<string>()
  /** To be forgotten; perhaps still there. */
  const forgotten = new Set<string>()

  const save = (scalars: Scalars, epoch: number, position: Position, context: RunContext): Action[] => {
    if (savedStep === position.step) return []
    const score = monitor === null ? undefined : scalars[monitor]
    const top = monitor === null ? k !== 0 : score !== undefined && ranks(kept, k, mode, score)
    if (!top && !options.save_last) {
      if (options.verbose && monitor !== null)
        context.logger.info(`epoch ${epoch}, step ${position.step}: ${monitor} was not in the top ${k}`)
      return []
    }
    const directory = runPath(context.directory, options.dirpath ?? 'checkpoints')
    const naming = { filename: options.filename, autoInsertMetricName: options.auto_insert_metric_name }
    const isTaken = (taken: string): boolean =>
      asked.has(taken) || (!forgotten.has(taken) && existsSync(join(directory, taken)))
    const name = freeName(checkpointName(naming, { ...scalars, epoch, step: position.step }), isTaken)
    const forget = newest === null ? [] : [newest]
    newest = null
    let best = false
    if (!top) {
      newest = name
    } else if (score === undefined) {
      if (k === 1) forget.push(...kept.map((other) => other.name))
      kept = [...(k === 1 ? [] : kept), { name, score: 0 }]
    } else {
      const placement = place(kept, k, mode, { name, score })
      kept = placement.kept
      best = placement.isBest
      if (placement.dropped !== undefined) forget.push(placement.dropped)
    }
    asked.add(name)
    forgotten.delete(name)
    for (const old of forget) {
      asked.delete(old)
      forgotten.add(old)
    }
    savedStep = position.step
    if (options.verbose) context.logger.info(`epoch ${epoch}, step ${position.step}: saving ${name}`)
    return [
      {
        kind: 'save',
        name,
        directory,
        weightsOnly: options.save_weights_only,
        pointers: [...(options.save_last ? ['last' as const] : []), ...(best ? ['best' as const] : [])],
        ...(monitor === null || score === undefined ? {} : { monitor: { name: monitor, value: score } }),
      },
      ...forget.map((old): Action => ({ kind: 'forget', name: old, directory })),
    ]
  }

  return {
    name: 'model_checkpoint',
    role: 'controller',
    stepInterval: everySteps > 0 ? everySteps : undefined,
    runStart: (context) => {
      lastTime = now()
      if (options.save_weights_only)
        context.logger.warn('model_checkpoint: save_weights_only leaves nothing to resume this run from')
      return undefined
    },
    span: ({ report, position }, context): Actions => {
      const before = position.step - report.span.steps
      const stepDue =
        everySteps > 0 && Math.floor(position.step / everySteps) > Math.floor(before / everySteps)
      const timeDue = interval !== null && now() - lastTime >= interval * 1000
      if (timeDue) lastTime = now()
      if (!stepDue && !timeDue) return undefined
      const scalars: Scalars = { 'train/loss': report.last.loss, 'train/acc_top1': report.last.acc_top1 }
      // An epoch's last step is saved with the epoch, whose validation belongs to it.
      if (report.epoch_done || (monitor !== null && scalars[monitor] === undefined)) {
        deferred = true
        return undefined
      }
      return save(scalars, report.epoch, position, context)
    },
    validationEnd: (event, context): Actions => {
      if (event.sanity || event.split !== 'val' || event.position.batch === 0) return undefined
      if (options.save_on_train_epoch_end === true) return undefined
      const due = deferred || (everyEpochs > 0 && (event.epoch + 1) % everyEpochs === 0)
      if (!due || (monitor !== null && event.scalars[monitor] === undefined)) return undefined
      deferred = false
      return save(event.scalars, event.epoch, event.position, context)
    },
    epochEnd: (event, context): Actions => {
      const due = deferred || (everyEpochs > 0 && (event.epoch + 1) % everyEpochs === 0)
      if (!due) return undefined
      const validated = event.evaluation !== undefined || context.model.val_batches === 0
      if (monitor !== null && k !== 0 && event.scalars[monitor] === undefined) {
        if (validated) throw unknownMetric('model_checkpoint', monitor, Object.keys(event.scalars))
        if (deferred && !options.save_last) return undefined
      }
      deferred = false
      return save(event.scalars, event.epoch, event.position, context)
    },
    runEnd: (event, context): Actions => {
      const due = options.save_last && savedStep === 0 && event.position.step > 0
      return due ? save({}, event.position.epoch, event.position, context) : undefined
    },
    runFailed: ({ position }, context): Actions => {
      if (!options.save_on_exception || position.step === 0 || position.step === savedStep) return undefined
      const directory = runPath(context.directory, options.dirpath ?? 'checkpoints')
      const name = freeName(`exception-epoch=${position.epoch}-step=${position.step}`, (taken) =>
        existsSync(join(directory, taken)),
      )
      const weightsOnly = options.save_weights_only
      return [{ kind: 'save', name, directory, weightsOnly, pointers: weightsOnly ? [] : ['last'] }]
    },
    state: () => ({
      monitor,
      mode,
      kept: kept.map(({ name, score }) => ({ name, score: Number.isFinite(score) ? score : null })),
      newest,
      saved_step: savedStep,
      deferred,
    }),
    restore: (state) => {
      const before = v.parse(State, state)
      savedStep = before.saved_step
      deferred = before.deferred
      // Scores of another metric cannot be ranked with this one's; those checkpoints simply stay.
      if (before.monitor !== monitor || before.mode !== mode) return
      const worst = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
      kept = before.kept.map(({ name, score }) => ({ name, score: score ?? worst }))
      newest = before.newest
    },
  }
}
