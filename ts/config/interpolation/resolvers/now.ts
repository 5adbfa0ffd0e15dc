import { checkArgumentCount, type Resolver, scalarResult, textArgument } from '../resolver.ts'
import { strftime } from '../strftime.ts'

/** `now:FORMAT`: local time of the program's start, so that all jobs of a sweep agree. */
export const nowResolver: Resolver = (call) => {
  checkArgumentCount(call, 1, 1)
  const format = textArgument(call, 0, 'the format')
  return scalarResult(call, { kind: 'str', value: strftime(call.resolution.context.now, format) })
}
