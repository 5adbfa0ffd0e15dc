import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import type { SinkContext } from '../define.ts'
import type { WandbOptions } from '../wandb.ts'
import type { RunIdentity } from './record.ts'

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
const Kept = v.object({ id: v.string() })

/** The run's identity from the options, then WANDB_* variables; a resumed run keeps its identifier. */
export function runIdentity(
  options: WandbOptions,
  context: Pick<SinkContext, 'directory' | 'resumedStep'>,
  environment: NodeJS.ProcessEnv,
): RunIdentity {
  const variable = (name: string): string | undefined => environment[name] || undefined
  const file = join(context.directory, 'wandb-run.json')
  const kept = context.resumedStep !== null && existsSync(file) ? keptId(file) : undefined
  const id = options.id ?? options.version ?? kept ?? variable('WANDB_RUN_ID') ?? newId()
  if (!/^[\w.-]{1,64}$/.test(id))
    throw new Error(`the run's identifier ${JSON.stringify(id)} is more than 64 letters, digits, - _ .`)
  writeFileSync(file, `${JSON.stringify({ id })}\n`)
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

function keptId(file: string): string | undefined {
  const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), Kept), readFileSync(file, 'utf8'))
  return kept.success ? kept.output.id : undefined
}

function newId(): string {
  return Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
