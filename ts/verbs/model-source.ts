import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { CheckpointError } from '../errors/index.ts'
import type { Plan } from '../native/spec.d.ts'
import { CheckpointStore, commitFile, followPointer } from '../train/checkpoint-store.ts'
import { type RunState, readRunState } from '../train/run-state.ts'

/** What a `model=PATH` may be, resolved. */
export type ModelSource =
  | {
      readonly kind: 'checkpoint'
      /** The checkpoint's folder. */
      readonly directory: string
      /** The run folder that it belongs to, where it lies in one. */
      readonly run: string | undefined
      readonly state: RunState
      readonly plan: Plan
    }
  | {
      readonly kind: 'onnx'
      readonly file: string
      /** `labels_mapping.json` beside it. */
      readonly mapping: string
    }

/**
 * Finds the model behind a run folder (its best checkpoint, else its last), a checkpoint folder, a `best` or `last` pointer, or
 * an ONNX file. Nothing usable there is a CheckpointError that says what was looked for.
 */
export async function findModel(given: string): Promise<ModelSource> {
  const path = resolve(given)
  if (!existsSync(path))
    throw new CheckpointError(`model: ${given} does not exist`, {
      hint: 'give a run folder, a checkpoint folder or an .onnx file',
    })
  if (statSync(path).isDirectory()) {
    if (existsSync(join(path, commitFile))) return checkpoint(path)
    const store = new CheckpointStore(path)
    const directory = (await store.follow('best')) ?? (await store.follow('last'))
    if (directory) return checkpoint(directory, path)
    throw new CheckpointError(`model: ${given} holds no checkpoint`, {
      hint: 'a run folder has checkpoints/, a checkpoint folder has COMMIT.json',
    })
  }
  if (path.endsWith('.onnx')) {
    const mapping = join(dirname(path), 'labels_mapping.json')
    if (existsSync(mapping)) return { kind: 'onnx', file: path, mapping }
    throw new CheckpointError(`model: ${given} has no labels_mapping.json beside it`, {
      hint: 'keep the two files together, as the export wrote them',
    })
  }
  const directory = await followPointer(path)
  if (directory && existsSync(join(directory, commitFile))) return checkpoint(directory)
  throw new CheckpointError(`model: ${given} is neither a checkpoint nor an ONNX file`)
}

async function checkpoint(directory: string, run?: string): Promise<ModelSource> {
  const file = join(directory, 'state.json')
  let saved: { state?: unknown }
  try {
    saved = JSON.parse(await readFile(file, 'utf8')) as { state?: unknown }
  } catch (error) {
    throw new CheckpointError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  const state = readRunState(saved.state, directory)
  return { kind: 'checkpoint', directory, run: run ?? runOf(directory), state, plan: state.plan as Plan }
}

/** `RUN/checkpoints/NAME` → `RUN`. */
function runOf(directory: string): string | undefined {
  const run = resolve(directory, '..', '..')
  return existsSync(join(run, 'plan.json')) ? run : undefined
}
