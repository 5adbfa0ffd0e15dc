import { childOf, type Located, locateRoot, splitKey } from '../located.ts'
import {
  checkArgumentCount,
  type Resolver,
  ResolverProblem,
  scalarResult,
  textArgument,
} from '../resolver.ts'

/** `hydra:path`: a value of the current job's hydra configuration; null where it is not known yet. */
export const hydraResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 1)
  const path = textArgument(call, 0, 'the path')
  const { resolution } = call
  const hydra = resolution.context.hydra ?? hydraOf(resolution.root)
  if (hydra === undefined) {
    throw new ResolverProblem(
      'there is no hydra configuration here',
      'it exists in composed configurations only',
    )
  }
  const target = path === '' ? hydra : resolution.select(hydra, splitKey(path), call.holder)
  if (target === undefined) resolution.context.warn?.(`\${hydra:${path}} names no key of hydra: it is null`)
  if (target === undefined || target.node.kind === 'missing') return scalarResult(call, { kind: 'null' })
  return target
}

function hydraOf(root: Located): Located | undefined {
  return childOf(locateRoot(root.node), 'hydra')
}
