import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, Failure } from '../errors/index.ts'
import type { Logger } from '../logging/logger.ts'
import { thisMachine } from '../native/machine.ts'
import type { Architecture } from '../native/spec.d.ts'
import { download } from '../setup/download.ts'
import { createReporter } from '../setup/reporter.ts'
import { sha256File } from '../setup/sha256-file.ts'

/** torchvision's `DEFAULT` weights; the suffix is the beginning of the file's SHA-256. */
const files: Record<Architecture, string> = {
  resnet18: 'resnet18-f37072fd.pth',
  resnet34: 'resnet34-b627a593.pth',
  resnet50: 'resnet50-11ad3fa6.pth',
}

/**
 * The file of torchvision's ImageNet weights: from our cache, from PyTorch's own, or fetched into ours. Its checksum is
 * verified. Where it cannot be had: a ConfigError that names the file, where to put it, and the setting without it.
 */
export async function pretrainedWeights(architecture: Architecture, logger: Logger): Promise<string> {
  const name = files[architecture]
  const prefix = name.slice(name.indexOf('-') + 1, name.lastIndexOf('.'))
  const own = join(thisMachine().cache, 'weights', name)
  const torchHome =
    process.env.TORCH_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'torch')
  for (const path of [own, join(torchHome, 'hub', 'checkpoints', name)]) {
    if (!existsSync(path)) continue
    if ((await sha256File(path)).startsWith(prefix)) return path
    logger.warn(`${path} is not the file it should be (its SHA-256 does not begin with ${prefix}): ignored`)
  }
  try {
    const url = `https://download.pytorch.org/models/${name}`
    await download({ url, sha256: prefix, to: own, reporter: createReporter(), connectMilliseconds: 10_000 })
    return own
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new ConfigError(
      {
        key: 'model.pretrained',
        message: `${name} is not on this machine and cannot be fetched (${reason(error)})`,
      },
      {
        hint: `put ${name} into ${join(thisMachine().cache, 'weights')}, or train from scratch with model.pretrained=false`,
      },
    )
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
