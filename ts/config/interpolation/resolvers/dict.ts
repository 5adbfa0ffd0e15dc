import type { ConfigNode } from '../../node.ts'
import { nearest } from '../../suggest/nearest.ts'
import { childrenOf, type Located } from '../located.ts'
import {
  checkArgumentCount,
  type Resolver,
  type ResolverCall,
  ResolverProblem,
  textArgument,
} from '../resolver.ts'

/** `oc.dict.keys:key`: the keys of a map, as a list. */
export const dictKeysResolver: Resolver = (call) => {
  const map = mapArgument(call)
  return listResult(
    call,
    childrenOf(map).map(({ key }) => ({ kind: 'str', value: key ?? '' })),
  )
}

/** `oc.dict.values:key`: references to the values of a map, as a list. */
export const dictValuesResolver: Resolver = (call) => {
  const map = mapArgument(call)
  const key = textArgument(call, 0, 'the key')
  // The list is one level more, which a relative key must climb.
  const base = key.startsWith('.') ? `.${key}` : key
  const items = childrenOf(map).map((child): ConfigNode => {
    if (!REFERABLE.test(child.key ?? '')) return call.resolution.deep(child)
    return { kind: 'interpolation', value: `\${${base}.${child.key}}` }
  })
  return listResult(call, items)
}

/** Keys that an interpolation can name. */
const REFERABLE = /^[^\\{}()[\]:. \t'"]+$/

function mapArgument(call: ResolverCall): Located {
  checkArgumentCount(call, 1, 1)
  const key = textArgument(call, 0, 'the key')
  const target = call.resolution.selectFrom(call.holder, key)
  if (target === undefined) {
    const names = childrenOf(call.resolution.root).map((child) => child.key ?? '')
    throw new ResolverProblem(`the key '${key}' is not found`, undefined, nearest(key, names))
  }
  if (target.node.kind !== 'map') throw new ResolverProblem(`'${key}' is a ${target.node.kind}, not a map`)
  return target
}

function listResult(call: ResolverCall, items: ConfigNode[]): Located {
  return { node: { kind: 'list', items }, key: call.holder.key, parent: call.holder.parent }
}
