import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { choice, int, text } from '../config/schema/field.ts'
import { writeJson } from '../files/write-json.ts'
import { evaluationPath } from '../report/read-run.ts'
import { reportEvaluation } from '../report/report-evaluation.ts'
import { writeRunReport } from '../report/write-run-report.ts'
import type { Callback, RunContext, ValidationEvent } from '../train/callback.ts'
import { defineCallback } from './define.ts'
import { shownImages } from './grad-cam.ts'
import { heatedImages } from './heated-images.ts'
import { scoredImages } from './scored-images.ts'

const schema = v.strictObject({
  monitor: v.optional(text('Metric by which the best validation is chosen.'), 'val/acc_top1'),
  mode: v.optional(choice('Which way is better.', ['min', 'max']), 'max'),
  num_images: v.optional(int('Images with the highest loss to show.', { min: 0, max: 120 }), 24),
  num_heat_maps: v.optional(int('Images with what the model looked at.', { min: 0, max: 60 }), 12),
})

const State = v.object({ best: v.nullable(v.number()) })

/** Writes `report.html` when the run ends: one offline page about the model, from the best validation and the test. */
export const runReport = defineCallback({
  name: 'run_report',
  aliases: [],
  schema,
  create: (options): Callback => {
    let best: number | null = null
    const keep = async (event: ValidationEvent, context: RunContext): Promise<void> => {
      const { split, epoch, evaluation } = event
      const { classes, dataset } = context
      const shown = shownImages(scoredImages(evaluation, classes.length), options.num_heat_maps)
      const heated = (await heatedImages(shown, event)).images.map(({ scored, ...picture }) => ({
        ...picture,
        row: scored.row,
      }))
      const pictures = options.num_images
      const kept = await reportEvaluation({ split, epoch, evaluation, classes, dataset, pictures, heated })
      const path = evaluationPath(context.directory, split)
      await mkdir(dirname(path), { recursive: true })
      await writeJson(path, kept)
    }
    return {
      name: 'run_report',
      role: 'observer',
      validationEnd: async (event, context) => {
        if (event.sanity || event.evaluation.labels.length === 0) return undefined
        const value = event.scalars[options.monitor]
        const isBest =
          value !== undefined && (best === null || (options.mode === 'max' ? value > best : value < best))
        if (event.split === 'val' && !isBest) return undefined
        if (event.split === 'val') best = value ?? null
        await keep(event, context)
        return undefined
      },
      runEnd: async (_, context) => {
        const path = await writeRunReport(context.directory)
        context.logger.info(`report: ${path}`)
        return undefined
      },
      state: () => ({ best }),
      restore: (state) => {
        best = v.parse(State, state).best
      },
    }
  },
})
