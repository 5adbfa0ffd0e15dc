import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMedia } from './json-value.ts'
import { readRecord } from './record.ts'
import { readTransactionLog } from './transaction-log.ts'

export const STEP_KEY = 'trainer/global_step'

/** Where the log of a resumed run goes on. */
export interface ResumePoint {
  /** The folder to go on in, or `undefined` where what there is was uploaded and a new one is due. */
  readonly folder: string | undefined
  /** Bytes of its log that stay. */
  readonly keepBytes: number
  /** Records that stay; the next one is numbered one more. */
  readonly records: number
  /** `_step` of the next row. */
  readonly nextStep: number
  /** Rows of metrics.jsonl that the logs hold. */
  readonly rows: number
  /** Rows to come that were uploaded before the run fell back behind them. */
  readonly repeated: number
  /** Start of the run, seconds since the Unix epoch. */
  readonly start: number | undefined
  readonly defined: ReadonlySet<string>
  /** `step name` of the pictures and tables that the logs hold. */
  readonly media: ReadonlySet<string>
  readonly summary: ReadonlyMap<string, string>
  /** Console lines of the logs, encoded, for a log that begins anew: the server's file of them is written from its start. */
  readonly lines: readonly Uint8Array[]
}

/**
 * Finds the point at which a run whose first `rows` events are settled goes on. What the newest log holds beyond them is
 * to be cut; what was uploaded stays, and the same events are to be left out when they come again.
 */
export function resumePoint(
  root: string,
  id: string,
  rows: number,
  resumedStep: number,
): ResumePoint | undefined {
  const folders = runFolders(root, id)
  const newest = folders.at(-1)
  if (newest === undefined) return undefined
  const defined = new Set<string>()
  const media = new Set<string>()
  const summary = new Map<string, string>()
  const lines: Uint8Array[] = []
  let start: number | undefined
  let nextStep = 0
  let kept = 0
  let keepBytes = 0
  let records = 0
  for (const folder of folders) {
    const open = folder === newest && !wasTaken(folder, id)
    keepBytes = 0
    records = 0
    for (const { data, end } of readTransactionLog(logPath(folder, id))) {
      const record = readRecord(data)
      if (open && record.kind === 'exit') break
      if (record.kind === 'history') {
        const isRow = [...record.values].some(([name, json]) => !BOOKKEEPING.has(name) && !isMedia(json))
        const step = Number(record.values.get(STEP_KEY))
        if (open && (isRow ? kept === rows : step > resumedStep)) break
        if (isRow) kept++
        nextStep = record.step + 1
        for (const [name, json] of record.values) {
          summary.set(name, json)
          if (isMedia(json)) media.add(`${step} ${name}`)
        }
      } else if (record.kind === 'metric') defined.add(record.name)
      else if (record.kind === 'summary') for (const [name, json] of record.values) summary.set(name, json)
      else if (record.kind === 'line') lines.push(record.message)
      else if (record.kind === 'run') start ??= record.start
      keepBytes = end
      records++
    }
  }
  const goesOn = !wasTaken(newest, id) && records > 1
  return {
    folder: goesOn ? newest : undefined,
    keepBytes: goesOn ? keepBytes : 0,
    records: goesOn ? records : 0,
    nextStep,
    rows: Math.min(kept, rows),
    repeated: Math.max(0, kept - rows),
    start,
    defined: goesOn ? defined : new Set(),
    media,
    summary,
    lines: goesOn ? [] : lines,
  }
}

const BOOKKEEPING: ReadonlySet<string> = new Set(['_step', '_runtime', '_timestamp', 'epoch', STEP_KEY])

/** The folders of a run, oldest first: a process that finds the newest uploaded makes a new one. */
export function runFolders(root: string, id: string): string[] {
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => /^offline-run-\d{8}_\d{6}-/.test(name) && name.slice(28) === id)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(logPath(folder, id)))
    .sort()
}

export const logPath = (folder: string, id: string): string => join(folder, `run-${id}.wandb`)

/** Stands beside a log that was uploaded to its end; W&B's own client makes the same. */
export const uploadedMark = (folder: string, id: string): string => `${logPath(folder, id)}.synced`

/** Stands beside a log that an uploader follows, or followed until the process was killed. */
export const liveMark = (folder: string, id: string): string => `${logPath(folder, id)}.live`

/** Whether the log was uploaded to its end: what was logged after that is still owed. */
export function isUploaded(folder: string, id: string): boolean {
  const mark = uploadedMark(folder, id)
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(logPath(folder, id)).mtimeMs
}

/** Whether an uploader has taken the log, or part of it: what it holds cannot be changed any more. */
function wasTaken(folder: string, id: string): boolean {
  const marks = [uploadedMark(folder, id), liveMark(folder, id), `${logPath(folder, id)}.syncstate`]
  return marks.some((mark) => existsSync(mark))
}
