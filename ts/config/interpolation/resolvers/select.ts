import { ResolutionError } from '../resolution-problem.ts'
import { checkArgumentCount, type Resolver, scalarResult, textArgument } from '../resolver.ts'

/** `oc.select:key[,default]`: null or the default where the key is absent or missing. */
export const selectResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 2)
  const key = textArgument(call, 0, 'the key')
  const fallback = call.arguments[1] ?? scalarResult(call, { kind: 'null' })
  try {
    const target = call.resolution.selectFrom(call.holder, key)
    return target === undefined || target.node.kind === 'missing' ? fallback : target
  } catch (error) {
    if (error instanceof ResolutionError && error.fault === 'scalar') return fallback
    throw error
  }
}
