import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import * as v from 'valibot'
import type { SinkContext } from '../define.ts'
import type { WandbOptions } from '../wandb.ts'
import type { RunIdentity } from './record.ts'

const KEPT = 'wandb-run.json'
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
/** `root`: the folder `wandb/` of the runs, relative to the run folder where it lies in it. */
const Kept = v.object({ id: v.string(), root: v.optional(v.string(), 'wandb') })

export type KeptIdentity = v.InferOutput<typeof Kept>

/** The run's identity from the options, then WANDB_* variables; a resumed run keeps its identifier. */
export function runIdentity(
  options: WandbOptions,
  context: Pick<SinkContext, 'directory' | 'resumedStep'>,
  environment: NodeJS.ProcessEnv,
): RunIdentity {
  const variable = (name: string): string | undefined => environment[name] || undefined
  const kept = context.resumedStep === null ? undefined : keptIdentity(context.directory)?.id
  const id = options.id ?? options.version ?? kept ?? variable('WANDB_RUN_ID') ?? newId()
  if (!/^[\w.-]{1,64}$/.test(id))
    throw new Error(`the run's identifier ${JSON.stringify(id)} is more than 64 letters, digits, - _ .`)
  const root = wandbRoot(options, context, environment)
  const inside = relative(context.directory, root)
  const place = inside.startsWith('..') ? root : inside
  writeFileSync(join(context.directory, KEPT), `${JSON.stringify({ id, root: place })}\n`)
  const tags = options.tags ?? []
  return {
    id,
    project: options.project ?? variable('WANDB_PROJECT') ?? 'classifier-training',
    entity: options.entity ?? variable('WANDB_ENTITY'),
    name: options.name ?? variable('WANDB_NAME'),
    notes: options.notes ?? variable('WANDB_NOTES'),
    group: options.group ?? variable('WANDB_RUN_GROUP'),
    jobType: options.job_type ?? variable('WANDB_JOB_TYPE'),
    tags: tags.length > 0 ? tags : (variable('WANDB_TAGS')?.split(',').filter(Boolean) ?? []),
  }
}

/** The folder `wandb/` of the runs. */
export function wandbRoot(
  options: WandbOptions,
  context: Pick<SinkContext, 'directory'>,
  environment: NodeJS.ProcessEnv,
): string {
  const parent = options.dir ?? options.save_dir ?? (environment.WANDB_DIR || context.directory)
  return join(resolve(parent), 'wandb')
}

/** What the run folder knows of its run of Weights & Biases; the root is absolute. */
export function keptIdentity(directory: string): KeptIdentity | undefined {
  const file = join(directory, KEPT)
  if (!existsSync(file)) return undefined
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), Kept), readFileSync(file, 'utf8'))
  return kept.success ? { id: kept.output.id, root: resolve(directory, kept.output.root) } : undefined
}

function newId(): string {
  return Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
