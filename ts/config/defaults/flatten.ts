import { ConfigError } from '../../errors/index.ts'
import type { DefaultsNode } from './tree.ts'

/** One file of the merge, in order. */
export interface MergeStep {
  readonly path: string
  readonly package: string
  readonly isSelf: boolean
  readonly isPrimary: boolean
  /** The file that includes it; `<root>` for the primary. */
  readonly parent: string
}

/** The files of a defaults tree in merge order. @throws ConfigError when a choice appears twice */
export function flattenDefaults(root: DefaultsNode): MergeStep[] {
  const steps: MergeStep[] = []
  const keys = new Set<string>()
  const visit = (node: DefaultsNode, parent: DefaultsNode, grandparent: DefaultsNode | undefined): void => {
    if (node.children !== undefined) {
      for (const child of node.children) visit(child, node, parent)
      return
    }
    if (node.isDropped || node.path === undefined) return
    const includer = node.isSelf ? grandparent : parent
    steps.push({
      path: node.path,
      package: node.package,
      isSelf: node.isSelf,
      isPrimary: node.isPrimary,
      parent: includer?.path ?? '<root>',
    })
    if (node.isSelf || node.overrideKey === undefined) return
    if (keys.has(node.overrideKey)) {
      throw new ConfigError({
        message: `${node.overrideKey} appears more than once in the final defaults list`,
      })
    }
    keys.add(node.overrideKey)
  }
  for (const child of root.children ?? []) visit(child, root, undefined)
  return steps
}
