import type { SinkContext } from '../define.ts'
import { shownPath, syncCommand } from '../shown-path.ts'
import type { WandbOptions } from '../wandb.ts'
import { type WandbAccount, wandbAccount } from './account.ts'
import { type LiveDeadlines, liveDeadlines, liveUpload } from './live-upload.ts'
import type { RunIdentity } from './record.ts'

export interface DeliveryRequest {
  readonly options: WandbOptions
  readonly context: Pick<SinkContext, 'directory' | 'logger'>
  readonly environment: NodeJS.ProcessEnv
  readonly root: string
  readonly run: RunIdentity
  /** The folder of the log that is being written. */
  readonly folder: string
  readonly deadlines?: LiveDeadlines
}

/** How a run's log gets to the server: followed live, or later by a command that is said. */
export interface Delivery {
  finish(interrupted: boolean): Promise<void>
}

export function startDelivery(request: DeliveryRequest): Delivery {
  const { options, context, environment, root, folder } = request
  const command = syncCommand(context.directory)
  const account = wandbAccount(environment, root)
  const reason = offlineReason(options, account)
  if (reason !== undefined || account.key === undefined) {
    context.logger.info(
      `wandb: offline (${reason}), logged in ${shownPath(folder)}; upload it with: ${command}`,
    )
    return { async finish() {} }
  }
  let offline = false
  let page: string | undefined
  const upload = liveUpload({
    ...request,
    account: { ...account, key: account.key },
    deadlines: request.deadlines ?? liveDeadlines,
    onPage(address) {
      if (page === undefined) context.logger.info(`wandb: live at ${address}`)
      page = address
    },
    onOffline(why) {
      offline = true
      context.logger.warn(
        `wandb: offline (${why}), logged in ${shownPath(folder)}; upload it with: ${command}`,
      )
    },
  })
  return {
    async finish(interrupted) {
      const uploaded = await upload.finish(interrupted)
      if (!uploaded && !offline)
        context.logger.warn(`wandb: ${account.baseUrl} has not got all; upload the rest with: ${command}`)
    },
  }
}

function offlineReason({ offline, mode }: WandbOptions, account: WandbAccount): string | undefined {
  if (offline || mode === 'offline' || (mode === null && account.mode === 'offline')) return 'as configured'
  return account.key === undefined ? 'nobody is logged in' : undefined
}
