import { ConfigError, type ConfigProblem } from '../errors/index.ts'
import type { Composition } from './compose-tree.ts'
import { childrenOf, type Located } from './interpolation/located.ts'
import { Resolution } from './interpolation/resolution.ts'
import type { ConfigNode, MapNode } from './node.ts'

export interface ResolveOptions {
  /** By default the task's part: below `hydra` there may be values that are not known yet. */
  readonly only?: 'task' | 'hydra' | 'all' | undefined
  /** An interpolation whose target is `???`: an error, or `???` itself. */
  readonly missing?: 'error' | 'keep' | undefined
}

/** The composed root with its interpolations resolved. @throws ConfigError with all that cannot be resolved */
export function resolveTree(composition: Composition, options: ResolveOptions = {}): MapNode {
  const resolution = new Resolution(composition.root, composition.context)
  const problems: ConfigProblem[] = []
  const visit = (located: Located): ConfigNode => {
    const { node } = located
    if (node.kind === 'map') {
      const entries = childrenOf(located).map((child): [string, ConfigNode] => [
        child.key ?? '',
        visit(child),
      ])
      return { ...node, entries: new Map(entries) }
    }
    if (node.kind === 'list') return { ...node, items: childrenOf(located).map(visit) }
    if (node.kind !== 'interpolation') return node
    try {
      return resolution.deep(located, { missing: options.missing })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return node
    }
  }
  const only = options.only ?? 'task'
  const entries = childrenOf(resolution.root).map((child): [string, ConfigNode] => {
    const part = child.key === 'hydra' ? 'hydra' : 'task'
    return [child.key ?? '', only === 'all' || only === part ? visit(child) : child.node]
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...composition.root, entries: new Map(entries) }
}
