import type { Logger } from '../logger.ts'
import { wandbAccount } from './account.ts'
import { findWandbCore } from './find-core.ts'
import { readRecord } from './record.ts'
import { isUploaded, logPath, runFolders } from './resume-point.ts'
import { keptIdentity } from './run-identity.ts'
import { readTransactionLog } from './transaction-log.ts'
import { type Uploaded, uploadRun } from './upload.ts'

export type WandbSynced = Uploaded

/**
 * Uploads what Weights & Biases has not of a run; `undefined` where the run has no log of it.
 *
 * @throws Error where something stays behind; the message says why and what to do
 */
export async function syncWandb(
  directory: string,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
): Promise<WandbSynced | undefined> {
  const kept = keptIdentity(directory)
  if (!kept) return undefined
  const { id, root } = kept
  const folders = runFolders(root, id)
  const newest = folders.at(-1)
  if (newest === undefined) return undefined
  if (folders.every((folder) => isUploaded(folder, id))) {
    logger.info(`wandb: run ${id} is uploaded`)
    const rows = folders.reduce((sum, folder) => sum + rowsOf(folder, id), 0)
    return { rows, sent: 0 }
  }
  const account = wandbAccount(environment, root)
  if (account.key === undefined)
    throw new Error('nobody is logged in: set WANDB_API_KEY, or run `wandb login` once')
  const core = await findWandbCore(environment)
  if (core === undefined)
    throw new Error('wandb-core is not installed: `pip install wandb` brings it, WANDB_CORE_PATH may name it')
  const { project, entity } = runOf(newest, id)
  return await uploadRun({
    core,
    account: { ...account, key: account.key },
    root,
    run: { id, project, entity },
    environment,
    onMessage: ({ isError, text }) => logger.log(isError ? 'error' : 'info', `wandb: ${text}`),
  })
}

function runOf(folder: string, id: string): { project: string; entity: string | undefined } {
  for (const { data } of readTransactionLog(logPath(folder, id))) {
    const record = readRecord(data)
    if (record.kind === 'run') return record
  }
  throw new Error(`${logPath(folder, id)} does not say which run it is of`)
}

function rowsOf(folder: string, id: string): number {
  return readTransactionLog(logPath(folder, id)).filter(({ data }) => readRecord(data).kind === 'history')
    .length
}
