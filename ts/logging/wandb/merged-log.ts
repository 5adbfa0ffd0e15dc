import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linkOrCopy } from '../link-or-copy.ts'
import { type ReadRecord, readRecord, renumbered } from './record.ts'
import { logPath } from './resume-point.ts'
import { readTransactionLog, TransactionLog } from './transaction-log.ts'

/** The logs of one run as one, without the rows that the server has. */
export interface MergedLog {
  readonly folder: string
  /** Rows in the logs, whether the server has them or not. */
  readonly rows: number
  /** The folders belong to runs that ended, rather than to one that was killed. */
  readonly ended: boolean
  remove(): void
}

/**
 * Joins the logs in `folders`, oldest first, into one in `target`, and leaves out the first `sent` rows: the server
 * appends what it gets, so a row that is uploaded twice stands there twice. Everything else is uploaded again, which
 * changes nothing.
 */
export function mergeLogs(folders: readonly string[], id: string, sent: number, target: string): MergedLog {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(join(target, 'files'), { recursive: true })
  const log = new TransactionLog(logPath(target, id))
  let number = 0
  let rows = 0
  let exit: Uint8Array | undefined
  let ended = true
  let hasRun = false
  for (const folder of folders) {
    exit = undefined
    for (const { data } of readTransactionLog(logPath(folder, id))) {
      const record = readRecord(data)
      if (record.kind === 'history' && rows++ < sent) continue
      if (record.kind === 'exit') exit = data
      else if (isWanted(record, hasRun)) log.append([renumbered(data, ++number)])
      if (record.kind === 'run') hasRun = true
    }
    ended &&= exit !== undefined
    linkFiles(join(folder, 'files'), join(target, 'files'))
  }
  if (exit) log.append([renumbered(exit, ++number)])
  log.close()
  return { folder: target, rows, ended, remove: () => rmSync(target, { recursive: true, force: true }) }
}

/** Headers and runs of later folders say again what the first ones said. */
function isWanted(record: ReadRecord, hasRun: boolean): boolean {
  return record.kind === 'header' || record.kind === 'run' ? !hasRun : true
}

function linkFiles(source: string, target: string): void {
  if (!existsSync(source)) return
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const from = join(entry.parentPath, entry.name)
    const to = join(target, from.slice(source.length + 1))
    if (existsSync(to)) continue
    mkdirSync(dirname(to), { recursive: true })
    linkOrCopy(from, to)
  }
}
