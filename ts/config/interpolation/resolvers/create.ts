import { ConfigError } from '../../../errors/index.ts'
import { loadYaml } from '../../yaml/load.ts'
import { checkArgumentCount, type Resolver, ResolverProblem } from '../resolver.ts'

/** `oc.create:value`: a new map or list; a text is read as YAML. */
export const createResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 1)
  const argument = call.arguments[0]
  if (argument?.node.kind === 'map' || argument?.node.kind === 'list' || argument?.node.kind === 'null') {
    return { node: argument.node, key: call.holder.key, parent: call.holder.parent }
  }
  if (argument?.node.kind !== 'str') throw new ResolverProblem('it takes a map, a list or YAML text')
  try {
    const node = loadYaml(argument.node.value, 'oc.create')
    return { node, key: call.holder.key, parent: call.holder.parent }
  } catch (error) {
    if (error instanceof ConfigError) throw new ResolverProblem(error.problems[0]?.message ?? error.message)
    throw error
  }
}
