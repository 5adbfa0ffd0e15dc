import { ConfigError } from '../../errors/index.ts'
import { locatePath } from '../interpolation/located.ts'
import type { Resolution } from '../interpolation/resolution.ts'
import type { ConfigNode } from '../node.ts'

/** How values are looked up while a tree is merged and overridden: what cannot be resolved is undefined. */
export interface Lookups {
  /** What an interpolation at a path stands for. */
  readonly target: (node: ConfigNode, path: readonly string[]) => ConfigNode | undefined
  /** The value at a path, interpolations on the way and at its end followed. */
  readonly follow: (path: readonly string[]) => ConfigNode | undefined
}

export function lookups(resolution: Resolution): Lookups {
  return {
    target: (node, path) => {
      const located = locatePath(resolution.root, path)
      return located?.node === node ? attempt(() => resolution.value(located).node) : undefined
    },
    follow: (path) => attempt(() => resolution.select(resolution.root, path, resolution.root)?.node),
  }
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
