import type { ConfigNode, MapNode } from '../node.ts'
import { joinKey } from '../schema/lower.ts'
import { read } from '../schema/read.ts'
import type { Report } from '../schema/report.ts'
import { indexTargets } from './find-target.ts'
import { objectName } from './object-name.ts'
import { argumentsOf, targetOf } from './read-target.ts'
import type { PipelineStep } from './transform-target.ts'
import { transformTargets } from './transform-targets.ts'

const index = indexTargets(transformTargets)

/** Deeper nesting than this is a mistake or an attack. */
const deepest = 32

/**
 * The steps of a pipeline: a list of transforms, a `Compose`, or one transform. `undefined` for null and an empty list
 * of keys, and where there were problems.
 */
export function readPipeline(
  node: ConfigNode,
  path: string,
  report: Report,
): readonly PipelineStep[] | undefined {
  if (node.kind === 'null' || (node.kind === 'map' && node.entries.size === 0)) return undefined
  if (node.kind === 'list') return readSteps(node.items, path, report, 0)
  const step = readStep(node, path, report, 0)
  if (step === undefined) return undefined
  return step.kind === 'compose' ? step.transforms : [step]
}

function readSteps(
  items: readonly ConfigNode[],
  path: string,
  report: Report,
  depth: number,
): PipelineStep[] | undefined {
  const steps = items.flatMap((item, position) => {
    if (item.kind === 'null') return []
    return [readStep(item, joinKey(path, String(position)), report, depth)]
  })
  return steps.every((step) => step !== undefined) ? steps : undefined
}

function readStep(node: ConfigNode, path: string, report: Report, depth: number): PipelineStep | undefined {
  if (node.kind === 'str') return readStep(named(node), path, report, depth)
  if (node.kind !== 'map' || depth > deepest) {
    const message =
      depth > deepest ? 'transforms are nested too deeply' : 'expected a transform: a map with `_target_`'
    report.problem({ key: path, message, place: node.place })
    return undefined
  }
  const target = targetOf(node, path, index, 'transform', report)
  if (target === undefined) return undefined
  const before = report.problems.length
  const values = withObjectNames(argumentsOf(node, target.schema, path, report))
  const parsed = new Map<ConfigNode, unknown>()
  const inner = target.container ? values.entries.get('transforms') : undefined
  if (inner?.kind === 'list') {
    const steps = readSteps(inner.items, joinKey(path, 'transforms'), report, depth + 1)
    parsed.set(inner, steps ?? [])
  }
  const options = read(target.schema, values, path, report, { parsed })
  if (options === undefined || report.problems.length > before) return undefined
  return { kind: target.kind, ...options } as PipelineStep
}

/** `RandomHorizontalFlip` alone is a transform without arguments. */
function named(node: ConfigNode & { readonly kind: 'str' }): MapNode {
  return { kind: 'map', entries: new Map([['_target_', node]]), place: node.place, keyPlace: node.keyPlace }
}

/** `{_target_: hydra.utils.get_object, path: torch.float32}` stands for the name of what it fetches. */
function withObjectNames(node: MapNode): MapNode {
  return {
    ...node,
    entries: new Map([...node.entries].map(([key, value]) => [key, objectName(value) ?? value])),
  }
}
