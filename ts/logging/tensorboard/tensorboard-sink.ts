import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { SinkContext } from '../define.ts'
import type { ExperimentSink } from '../experiment.ts'
import { flatParameters } from '../flat-parameters.ts'
import { pngSize } from '../png-size.ts'
import { tableName } from '../table-name.ts'
import type { TensorBoardOptions } from '../tensorboard.ts'
import { newestVersion, versionFolder } from '../version-folder.ts'
import { withoutSecrets } from '../without-secrets.ts'
import { EventFile, hasEvents } from './event-file.ts'
import { hparamsEnd, hparamsStart } from './hparams.ts'
import { markdownTable } from './markdown-table.ts'

/** Follows a run in event files. Scalars are float32 there; the file is opened with the first event. */
export function tensorBoardSink(options: TensorBoardOptions, context: SinkContext): ExperimentSink {
  const directory = eventFolder(options, context)
  const tagged = (key: string): string => (options.prefix === '' ? key : `${options.prefix}-${key}`)
  let file: EventFile | undefined
  let lastStep = context.resumedStep ?? 0
  let epochLoggedAt: number | undefined

  const opened = (): EventFile => {
    if (file) return file
    mkdirSync(directory, { recursive: true })
    const goesOn = context.resumedStep !== null && hasEvents(directory)
    const { resumedStep } = context
    file = new EventFile({
      directory,
      suffix: options.filename_suffix,
      resumedStep: goesOn ? resumedStep : null,
    })
    if (!goesOn) {
      const time = Date.now() / 1000
      const parameters = flatParameters(withoutSecrets(context.config))
      const rows = Object.entries(parameters).map(([name, value]) => [name, String(value)])
      file.write(0, time, hparamsStart(parameters, context.directory, time))
      const text = markdownTable({ columns: ['option', 'value'], rows })
      file.write(0, time, [{ kind: 'text', tag: tagged('config'), text }])
    }
    return file
  }
  const now = (): number => Date.now() / 1000

  return {
    name: 'tensorboard',
    row: ({ step, time, epoch, scalars }) => {
      lastStep = step
      const named = Object.entries(epochLoggedAt === step ? scalars : { ...scalars, epoch })
      epochLoggedAt = step
      const values = named.map(([key, value]) => ({ kind: 'scalar' as const, tag: tagged(key), value }))
      opened().write(step, time, values)
    },
    image: ({ key, path, step, caption }) => {
      const png = readFileSync(path)
      const size = pngSize(png)
      if (size === undefined) throw new Error(`${path} is no PNG`)
      opened().write(step, now(), [{ kind: 'image', tag: tagged(key), png, ...size, caption }])
    },
    table: (table) => {
      const value = { kind: 'text' as const, tag: tagged(tableName(table.key)), text: markdownTable(table) }
      opened().write(table.step, now(), [value])
    },
    histogram: ({ key, edges, counts, step }) =>
      opened().write(step, now(), [{ kind: 'histogram', tag: tagged(key), edges, counts }]),
    text: ({ key, text, step }) => opened().write(step, now(), [{ kind: 'text', tag: tagged(key), text }]),
    finish: async (status) => {
      const outcome = status === 'failed' ? 'failure' : status === 'interrupted' ? undefined : 'success'
      if (outcome) opened().write(lastStep, now(), [hparamsEnd(outcome, now())])
      file?.close()
    },
  }
}

/** A resumed run goes on in its newest version, a fresh one gets a new one. */
function eventFolder(options: TensorBoardOptions, context: SinkContext): string {
  const parent = resolve(options.save_dir ?? context.directory, options.name ?? '')
  const newest = context.resumedStep === null ? undefined : newestVersion(parent)
  const version = options.version ?? newest?.toString() ?? null
  return join(versionFolder(parent, version), options.sub_dir ?? '')
}
