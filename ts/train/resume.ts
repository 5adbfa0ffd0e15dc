import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CheckpointError, ConfigError } from '../errors/index.ts'
import type { Logger } from '../logging/logger.ts'
import type { Session } from '../native/engine.ts'
import type { Position } from '../native/spec.d.ts'
import { CheckpointStore, followPointer } from './checkpoint-store.ts'
import { identityDifferences, type RunIdentity } from './run-identity.ts'
import { type RunState, readRunState } from './run-state.ts'

/** What the user asked for: go on if there is something, start afresh, insist, or go on from a path. */
export type ResumeMode = 'auto' | 'never' | 'must' | { readonly path: string }

export interface Resumed {
  readonly directory: string
  readonly position: Position
  readonly state: RunState
}

/** Folders that a resume may start from, best first. Nothing to resume under `must` or a path is an error. */
export async function resumeCandidates(mode: ResumeMode, runDirectory: string): Promise<string[]> {
  if (mode === 'never') return []
  if (typeof mode === 'object') {
    const path = resolve(mode.path)
    const pointed = await followPointer(path)
    const runs = new CheckpointStore(path)
    const candidates =
      pointed === undefined ? (await runs.committed()).map(({ directory }) => directory) : [pointed]
    if (existsSync(join(path, 'state.json'))) candidates.unshift(path)
    if (candidates.length > 0) return candidates
    throw new CheckpointError(`resume: ${path} holds no checkpoint to go on from`, {
      hint: 'give a run folder, a checkpoint folder, or resume=never',
    })
  }
  const candidates = (await new CheckpointStore(runDirectory).committed()).map(({ directory }) => directory)
  if (mode === 'must' && candidates.length === 0)
    throw new CheckpointError(`resume=must: ${runDirectory} holds no checkpoint to go on from`, {
      hint: 'start with resume=auto',
    })
  return candidates.filter((directory) => existsSync(join(directory, 'state.json')))
}

/**
 * Loads the first candidate that verifies; refused ones are named with the reason. None that verifies is a
 * CheckpointError; a different plan is a ConfigError that lists the keys.
 */
export async function resumeSession(
  candidates: readonly string[],
  session: Session,
  identity: RunIdentity,
  logger: Logger,
): Promise<Resumed | undefined> {
  const refused: string[] = []
  for (const directory of candidates) {
    const stated = await savedState(directory)
    if (stated) checkSame(stated, identity, directory)
    try {
      const { position, state } = await session.load(directory)
      return { directory, position, state: readRunState(state, directory) }
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error
      refused.push(`${directory}: ${error.message}`)
      logger.warn(`checkpoint refused, trying an older one: ${error.message}`, { directory })
    }
  }
  if (refused.length === 0) return undefined
  throw new CheckpointError(`no checkpoint of this run can be used:\n${refused.join('\n')}`, {
    hint: 'start afresh in another run folder, or with resume=never',
  })
}

function checkSame(before: RunIdentity, now: RunIdentity, directory: string): void {
  const differences = identityDifferences(before, now)
  if (differences.length === 0) return
  const show = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value))
  throw new ConfigError(
    differences.map(({ key, before, now }) => ({
      key,
      message: `the run began with ${show(before)}, now ${show(now)}`,
    })),
    {
      hint: `${directory} belongs to a run with another plan: undo these changes to go on, choose another hydra.run.dir for a new run, or set resume=never to begin again here`,
    },
  )
}

/** The caller's part of `state.json`; undefined where it cannot be read (loading will say why). */
async function savedState(directory: string): Promise<RunIdentity | undefined> {
  try {
    const file = JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')) as {
      state?: { plan: unknown; data?: string }
    }
    return file.state && { plan: file.state.plan, data: file.state.data }
  } catch {
    return undefined
  }
}
