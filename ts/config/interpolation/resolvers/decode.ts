import { parseArgument } from '../parse.ts'
import { checkArgumentCount, type Resolver, ResolverProblem } from '../resolver.ts'
import { SyntaxProblem } from '../syntax.ts'

/** `oc.decode:text`: the text read as an argument would be: number, list, map, interpolation; null stays null. */
export const decodeResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 1)
  const argument = call.arguments[0]
  if (argument?.node.kind === 'null') return argument
  if (argument?.node.kind !== 'str')
    throw new ResolverProblem(`it takes text or null, not ${argument?.node.kind}`)
  try {
    return call.resolution.argument(parseArgument(argument.node.value), call.holder)
  } catch (error) {
    if (error instanceof SyntaxProblem)
      throw new ResolverProblem(`cannot decode '${argument.node.value}': ${error.message}`)
    throw error
  }
}
