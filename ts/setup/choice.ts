import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { type LibtorchVariant, libtorchVariants } from '../native/libtorch.ts'

/** `auto`: what suits this machine; a variant; or the folder of a libtorch. */
export type LibtorchChoice = 'auto' | LibtorchVariant | { readonly path: string }

/** Reads the value of `--libtorch`; ConfigError if it is neither a name nor a folder. */
export function parseLibtorchChoice(text: string): LibtorchChoice {
  const variant = libtorchVariants.find((candidate) => candidate === text)
  if (variant) return variant
  if (text === 'auto') return text
  if (!existsSync(text))
    throw new ConfigError({
      key: '--libtorch',
      message: `${JSON.stringify(text)} is neither auto, ${libtorchVariants.join(', ')} nor an existing folder`,
    })
  return { path: resolve(text) }
}
