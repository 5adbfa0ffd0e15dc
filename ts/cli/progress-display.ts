import type { Session } from '../native/engine.ts'
import type { Progress, TrainReport } from '../native/spec.d.ts'
import type { Callback, EpochEvent, RunContext, SpanEvent } from '../train/callback.ts'
import { clock, compact, percent } from './number-format.ts'
import { paint, type Screen } from './screen.ts'

const refreshMs = 100

/** What people watch: a live bar on a terminal, one line an epoch everywhere. */
export interface ProgressDisplay extends Callback {
  /** Starts redrawing the bar from the session's own counters. */
  follow(session: Session): void
  stop(): void
}

/** `monitor` is the metric whose best epochs get a star. */
export function progressDisplay(
  screen: Screen,
  monitor: { name: string; mode: 'min' | 'max' } | null,
): ProgressDisplay {
  let timer: ReturnType<typeof setInterval> | undefined
  let context: RunContext | undefined
  let last: { report: TrainReport; imagesPerSecond: number } | undefined
  let validated = ''
  let epochStarted = performance.now()
  let best: number | undefined

  const draw = (progress: Progress): void => {
    if (!context || progress.phase === 'idle') return
    screen.status(barLine(screen, progress, context, last, validated, epochStarted))
  }

  return {
    name: 'progress_display',
    role: 'observer',
    follow(session) {
      if (screen.live) timer = setInterval(() => draw(session.progress()), refreshMs)
    },
    stop() {
      clearInterval(timer)
      screen.status('')
    },
    runStart(started) {
      context = started
      best = monitor
        ? bestOf(
            started.history.series(monitor.name).map(([, value]) => value),
            monitor.mode,
          )
        : undefined
      epochStarted = performance.now()
      return undefined
    },
    span({ report, imagesPerSecond }: SpanEvent) {
      last = { report, imagesPerSecond }
      return undefined
    },
    epochEnd(event: EpochEvent, { plan }: RunContext) {
      const value = monitor ? event.scalars[monitor.name] : undefined
      const improved = value !== undefined && monitor !== null && isBetter(value, best, monitor.mode)
      if (improved) best = value
      screen.line(
        epochLine(screen, event, plan.train.max_epochs, (performance.now() - epochStarted) / 1000, improved),
      )
      validated = shortValidation(event)
      epochStarted = performance.now()
      return undefined
    },
  }
}

function barLine(
  screen: Screen,
  progress: Progress,
  context: RunContext,
  last: { report: TrainReport; imagesPerSecond: number } | undefined,
  validated: string,
  epochStarted: number,
): string {
  const training = progress.phase === 'train'
  const share = progress.batches > 0 ? progress.batch / progress.batches : 0
  const elapsed = (performance.now() - epochStarted) / 1000
  const head = epochName(progress.epoch, context.plan.train.max_epochs)
  const phase = training ? '' : progress.phase === 'save' ? ' saving' : ' validating'
  const parts = [`${head}${phase}`, bar(screen, share), `${progress.batch}/${progress.batches}`]
  if (training && last) {
    const left = share > 0 ? (elapsed / share) * (1 - share) : 0
    parts.push(
      rate(last.imagesPerSecond),
      `${clock(left)} left`,
      `loss ${compact(last.report.last.loss)}`,
      `lr ${compact(last.report.last.learning_rate)}`,
    )
  }
  if (validated !== '') parts.push(validated)
  return fit(parts, screen.columns - 1)
}

function epochLine(
  screen: Screen,
  event: EpochEvent,
  epochs: number,
  seconds: number,
  improved: boolean,
): string {
  const { scalars, train } = event
  const columns = [
    paint(screen, 'bold', epochName(event.epoch, epochs)),
    `train loss ${compact(scalars['train/loss'])} acc ${percent(scalars['train/acc_top1'])}`,
    ...(scalars['val/loss'] === undefined
      ? []
      : [`val loss ${compact(scalars['val/loss'])} acc ${percent(scalars['val/acc_top1'])}`]),
    `lr ${compact(train.last.learning_rate).padEnd(7)}`,
    rate(train.epoch_so_far.images / seconds),
    clock(seconds),
    ...(improved ? [paint(screen, 'green', '★ best')] : []),
  ]
  // On a narrow terminal the rate and the learning rate are what is missed least.
  const width = (parts: readonly string[]): number => Bun.stringWidth(parts.join('  '))
  for (const least of ['img/s', 'lr ']) {
    const place = columns.findIndex((part) => part.includes(least))
    if (screen.live && place >= 0 && width(columns) > screen.columns) columns.splice(place, 1)
  }
  return columns.join('  ')
}

/** Epochs count from 0, as in file names and logs: `epoch 0/9` is the first of ten. */
function epochName(epoch: number, epochs: number): string {
  const last = String(Math.max(0, epochs - 1))
  return `epoch ${String(epoch).padStart(last.length)}/${last}`
}

function rate(imagesPerSecond: number): string {
  const text =
    imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : Math.round(imagesPerSecond).toLocaleString('en')
  return `${text.padStart(4)} img/s`
}

function shortValidation({ scalars }: EpochEvent): string {
  return scalars['val/acc_top1'] === undefined ? '' : `val acc ${percent(scalars['val/acc_top1'])}`
}

function bar(screen: Screen, share: number): string {
  const width = 20
  const filled = Math.round(Math.min(1, share) * width)
  return `${paint(screen, 'cyan', '━'.repeat(filled))}${paint(screen, 'dim', '─'.repeat(width - filled))}`
}

/** As many parts as fit in `columns`, so that the line never wraps. */
function fit(parts: readonly string[], columns: number): string {
  const kept: string[] = []
  let used = 0
  for (const part of parts) {
    const width = Bun.stringWidth(part) + 2
    if (used + width > columns) break
    kept.push(part)
    used += width
  }
  return kept.join('  ')
}

function isBetter(value: number, best: number | undefined, mode: 'min' | 'max'): boolean {
  return best === undefined || (mode === 'min' ? value < best : value > best)
}

function bestOf(values: readonly number[], mode: 'min' | 'max'): number | undefined {
  if (values.length === 0) return undefined
  return mode === 'min' ? Math.min(...values) : Math.max(...values)
}
