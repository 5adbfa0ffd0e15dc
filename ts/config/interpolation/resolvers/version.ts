import { type Resolver, scalarResult, textArgument } from '../resolver.ts'

/** `bun_version:[major|minor|micro]`; `python_version` is its other name. */
export const versionResolver: Resolver = (call) => {
  const level = call.arguments.length > 0 ? textArgument(call, 0, 'the level') : 'minor'
  const count = ['major', 'minor', 'micro'].indexOf(level) + 1
  if (count === 0) return scalarResult(call, { kind: 'null' })
  return scalarResult(call, {
    kind: 'str',
    value: call.resolution.context.runtimeVersion.split('.').slice(0, count).join('.'),
  })
}
