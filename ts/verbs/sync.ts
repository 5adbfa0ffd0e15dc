import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import type { Logger } from '../logging/logger.ts'
import { type MlflowSynced, syncMlflow } from '../logging/mlflow/sync-mlflow.ts'
import { syncWandb, type WandbSynced } from '../logging/wandb/sync-wandb.ts'

/** What was delivered, by place; a place that the run did not log to is left out. */
export interface Synced {
  readonly wandb?: WandbSynced
  readonly mlflow?: MlflowSynced
}

/** @throws ConfigError where no training has written to the folder */
export function checkRunFolder(directory: string): void {
  if (existsSync(join(directory, 'metrics.jsonl'))) return
  throw new ConfigError({
    message: `${directory} is no run folder: it has no metrics.jsonl`,
    hint: 'sync takes the folder that a training wrote, as outputs/2026-01-31/12-00-00',
  })
}

/**
 * Delivers what the experiment loggers of a run could not. Every place gets its chance; `failures` holds what stays
 * behind, by place.
 */
export async function syncRun(
  directory: string,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly synced: Synced; readonly failures: Readonly<Record<string, string>> }> {
  const failures: Record<string, string> = {}
  const attempt = async <Result>(place: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      failures[place] = error instanceof Error ? error.message : String(error)
      return undefined
    }
  }
  const wandb = await attempt('wandb', () => syncWandb(directory, logger, environment))
  const mlflow = await attempt('mlflow', () => syncMlflow(directory, logger, environment))
  return { synced: { ...(wandb ? { wandb } : {}), ...(mlflow ? { mlflow } : {}) }, failures }
}
