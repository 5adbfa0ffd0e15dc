import type { Place } from '../../errors/index.ts'
import { type ConfigNode, isContainer, type MapNode } from '../node.ts'
import type { Repository } from '../sources/repository.ts'
import type { MergeStep } from './flatten.ts'

/**
 * Values of the primary config that have no effect, because the file of a group that merges after `_self_` sets the same key.
 * Files at the root, such as experiments, are meant to win and do not count.
 */
export function warnAboutHiddenValues(
  root: MapNode,
  steps: readonly MergeStep[],
  repository: Repository,
  warn: (message: string, place?: Place) => void,
): void {
  const primary = steps.find((step) => step.isPrimary)
  const primaryFile = primary && repository.load(primary.path)?.file
  const groupFiles = new Set(
    steps.filter((step) => step.package !== '').map((step) => repository.load(step.path)?.file),
  )
  const visit = (node: ConfigNode, key: string): void => {
    if (node.kind === 'map') {
      for (const [name, child] of node.entries) visit(child, key === '' ? name : `${key}.${name}`)
      return
    }
    const { place, previous } = node
    if (place?.kind !== 'file' || !groupFiles.has(place.file)) return
    const written = previous?.place
    if (written?.kind !== 'file' || written.file !== primaryFile || isContainer(previous)) return
    const winner = `${place.file}:${place.line}`
    warn(
      `'${key}' has no effect here: ${winner} sets it after _self_; move _self_ below the groups to let it win`,
      written,
    )
  }
  visit(root, '')
}
