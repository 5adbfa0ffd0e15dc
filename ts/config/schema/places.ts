import type { ConfigProblem } from '../../errors/index.ts'
import type { MapNode } from '../node.ts'
import type { Config } from './config.ts'
import { nodeAt, placeAt } from './read.ts'
import { pipelineKeys } from './transforms.ts'

/** Where each parsed configuration came from: what is found out later can still be said with its place. */
const trees = new WeakMap<object, MapNode>()

export function rememberTree(config: Config, tree: MapNode): void {
  trees.set(config, tree)
}

/** Problems of a parsed configuration with the places of their keys, as far as the keys were written anywhere. */
export function withPlaces(config: Config, problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const tree = trees.get(config)
  if (tree === undefined) return problems
  return problems.map((problem) => {
    if (problem.key === undefined || problem.place !== undefined) return problem
    const key = writtenKey(problem.key, tree)
    const path = key.split('.')
    const given = nodeAt(tree, path.slice(0, 2)) !== undefined
    return { ...problem, key, place: given ? placeAt(tree, path) : undefined }
  })
}

/** Whether the user wrote this key, as opposed to its default being used. */
export function wasGiven(config: Config, key: string): boolean {
  const tree = trees.get(config)
  return tree !== undefined && nodeAt(tree, key.split('.')) !== undefined
}

/** A pipeline has two names; the one that was used is the one to speak of. */
function writtenKey(key: string, tree: MapNode): string {
  const [group, split, ...rest] = key.split('.')
  if (group !== 'transforms' || split === undefined || !(split in pipelineKeys)) return key
  const names = pipelineKeys[split as keyof typeof pipelineKeys]
  const used = names.find((name) => nodeAt(tree, ['transforms', name]) !== undefined)
  return used === undefined ? key : ['transforms', used, ...rest].join('.')
}
