import { nearest } from '../../suggest/nearest.ts'
import { pythonText } from '../python-text.ts'
import {
  checkArgumentCount,
  type Resolver,
  ResolverProblem,
  scalarResult,
  textArgument,
} from '../resolver.ts'

/** `oc.env:NAME[,default]`: always text; a default becomes text too, except null. */
export const envResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 2)
  const name = textArgument(call, 0, 'the name of the variable')
  const environment = call.resolution.context.env
  const value = environment[name]
  if (value !== undefined) return scalarResult(call, { kind: 'str', value })
  const fallback = call.arguments[1]?.node
  if (fallback === undefined) {
    throw new ResolverProblem(
      `the environment variable '${name}' is not set`,
      `set it, or give a default: \${oc.env:${name},default}`,
      nearest(name, Object.keys(environment)),
    )
  }
  if (fallback.kind === 'null') return scalarResult(call, { kind: 'null' })
  return scalarResult(call, { kind: 'str', value: pythonText(fallback) })
}
