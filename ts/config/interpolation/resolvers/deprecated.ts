import { nearest } from '../../suggest/nearest.ts'
import { childrenOf, fullKey } from '../located.ts'
import { checkArgumentCount, type Resolver, ResolverProblem, textArgument } from '../resolver.ts'

const MESSAGE = "'$OLD_KEY' is deprecated. Change your code and config to use '$NEW_KEY'"

/** `oc.deprecated:new.key[,message]`: the other key's value, with a warning that names both. */
export const deprecatedResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 2)
  const key = textArgument(call, 0, 'the key')
  const message = call.arguments.length > 1 ? textArgument(call, 1, 'the message') : MESSAGE
  const target = call.resolution.selectFrom(call.holder, key)
  if (target === undefined) {
    const names = childrenOf(call.resolution.root).map((child) => child.key ?? '')
    throw new ResolverProblem(`the key '${key}' is not found`, undefined, nearest(key, names))
  }
  const names = { OLD_KEY: fullKey(call.holder), NEW_KEY: fullKey(target) }
  const text = message.replaceAll(
    /\$\{?(OLD_KEY|NEW_KEY)\}?/g,
    (_match, name: 'OLD_KEY' | 'NEW_KEY') => names[name],
  )
  call.resolution.context.warn?.(text)
  return target
}
