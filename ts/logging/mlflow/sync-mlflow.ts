import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../logger.ts'
import { readKept } from './kept-run.ts'
import { MlflowError, mlflowClient } from './mlflow-client.ts'
import { MlflowDelivery } from './mlflow-delivery.ts'

/** Milliseconds between attempts. */
const PAUSES = [1000, 2000, 4000, 8000]

export interface MlflowSynced {
  readonly run: string
  /** Events of the run, and those of them that the server did not have. */
  readonly events: number
  readonly sent: number
  readonly files: number
}

/**
 * Sends what a tracking server has not of a run; `undefined` where the run did not log to one.
 *
 * @throws Error where something stays behind; the message says why
 */
export async function syncMlflow(
  directory: string,
  logger: Logger,
  environment: NodeJS.ProcessEnv,
  pauses: readonly number[] = PAUSES,
): Promise<MlflowSynced | undefined> {
  const kept = readKept(directory)
  if (!kept) return undefined
  const client = mlflowClient(addressOf(kept.server, environment), environment, new AbortController().signal)
  const lost: string[] = []
  let run = kept.run_id ?? ''
  const delivery = new MlflowDelivery({
    directory,
    client,
    kept: kept.ended ? kept : { ...kept, ended: { status: statusOf(directory), time: Date.now() } },
    goesOn: true,
    onOpen: (id) => {
      run = id
    },
    onLost: (error) => lost.push(error instanceof Error ? error.message : String(error)),
  })
  const owedFiles = delivery.owedFiles
  for (let attempt = 0; ; attempt++) {
    try {
      await delivery.drain()
      break
    } catch (error) {
      const pause = pauses[attempt]
      if (pause === undefined || !(error instanceof MlflowError && error.passing)) throw error
      logger.warn(`mlflow: ${error.message}; again in ${pause / 1000} s`)
      await Bun.sleep(pause)
    }
  }
  if (lost.length > 0) throw new Error(`${lost.length} files cannot be sent: ${lost[0]}`)
  return { run, events: delivery.lines, sent: delivery.lines - kept.lines, files: owedFiles }
}

/** The server's address with the credentials that MLFLOW_TRACKING_URI has for it; they are kept nowhere. */
function addressOf(server: string, environment: NodeJS.ProcessEnv): string {
  const named = environment.MLFLOW_TRACKING_URI ?? ''
  if (!URL.canParse(named)) return server
  const url = new URL(named)
  url.username = ''
  url.password = ''
  return url.href.replace(/\/+$/, '') === server ? named : server
}

/** How a run ended whose process did not say it: as its summary has it, else it was killed. */
function statusOf(directory: string): string {
  const file = join(directory, 'summary.json')
  if (!existsSync(file)) return 'KILLED'
  const { status } = JSON.parse(readFileSync(file, 'utf8')) as { status?: unknown }
  if (status === 'failed') return 'FAILED'
  return status === 'completed' || status === 'stopped' ? 'FINISHED' : 'KILLED'
}
