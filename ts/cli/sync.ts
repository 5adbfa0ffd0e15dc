import { join, resolve } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
import { withFileLock } from '../setup/file-lock.ts'
import { checkRunFolder, type Synced, syncRun } from '../verbs/sync.ts'
import { terminalScreen } from './screen.ts'

const help = `usage: classifier-training sync RUN… [--json]

Uploads what the experiment loggers of a run could not: while it was offline, the server was away, or it was killed.
Nothing arrives twice, and it can be repeated.

  RUN       the folder of a run, as outputs/2026-01-31/12-00-00
  --json    {"run","wandb":{"rows","sent"},"mlflow":{"run","events","sent","files"},"failures":{place: why}} a line each

Weights & Biases: by the uploader of its Python package (pip install wandb), with the key of WANDB_API_KEY or of
\`wandb login\`. MLflow: to the server that the run names, with the credentials of MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD, or of MLFLOW_TRACKING_TOKEN.

Exit 0: everything is delivered. Exit 1: something stays behind, which is said.
`

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const runs = argv.filter((word) => !word.startsWith('-'))
  const unknown = argv.find((word) => word.startsWith('-') && word !== '--json')
  if (unknown !== undefined || runs.length === 0)
    throw new ConfigError({
      message: unknown === undefined ? 'sync needs the folder of a run' : `sync has no flag ${unknown}`,
      hint: 'classifier-training sync --help shows what it takes',
    })
  const logger = createLogger('sync', 'info', [consoleSink(terminalScreen())])
  let code = 0
  for (const word of runs) {
    const directory = resolve(word)
    checkRunFolder(directory)
    const onWait = (holder: string): void => logger.info(`${holder} trains in ${word}: waiting for it to end`)
    const { synced, failures } = await withFileLock(
      join(directory, '.lock'),
      () => syncRun(directory, logger, process.env),
      { onWait },
    )
    for (const [place, why] of Object.entries(failures)) logger.error(`${place}: ${why}`)
    if (Object.keys(failures).length > 0) code = 1
    if (argv.includes('--json'))
      process.stdout.write(`${JSON.stringify({ run: word, ...synced, failures })}\n`)
    else process.stdout.write(`${word}: ${said(synced, Object.keys(failures))}\n`)
  }
  return code
}

function said({ wandb, mlflow }: Synced, failed: readonly string[]): string {
  const parts = [
    ...(wandb ? [`wandb ${wandb.sent} of ${wandb.rows} rows uploaded`] : []),
    ...(mlflow ? [`mlflow ${mlflow.sent} of ${mlflow.events} events and ${mlflow.files} files sent`] : []),
    ...failed.map((place) => `${place} failed`),
  ]
  return parts.join(', ') || 'logged to no server, nothing to upload'
}
