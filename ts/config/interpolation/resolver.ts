import type { ScalarValue } from '../node.ts'
import type { Located } from './located.ts'
import type { Resolution } from './resolution.ts'

/** What a resolver may see and ask. */
export interface ResolverCall {
  readonly arguments: readonly Located[]
  /** The node that holds the interpolation. */
  readonly holder: Located
  readonly resolution: Resolution
}

/**
 * The function behind `${name:…}`. Returns a node of the configuration (`Located`), or a new one.
 * @throws ResolverProblem
 */
export type Resolver = (call: ResolverCall) => Located

/** What a resolver refuses. */
export class ResolverProblem extends Error {
  readonly hint: string | undefined
  readonly suggestions: readonly string[]

  constructor(message: string, hint?: string, suggestions: readonly string[] = []) {
    super(message)
    this.hint = hint
    this.suggestions = suggestions
  }
}

/** A new scalar in the place of the interpolation. */
export function scalarResult(call: ResolverCall, value: ScalarValue): Located {
  return { node: value, key: call.holder.key, parent: call.holder.parent }
}

/** The text of an argument. @throws ResolverProblem for another kind */
export function textArgument(call: ResolverCall, index: number, role: string): string {
  const node = call.arguments[index]?.node
  if (node === undefined) throw new ResolverProblem(`${role} is missing`)
  if (node.kind === 'str' || node.kind === 'interpolation') return node.value
  if (node.kind === 'missing') return '???'
  throw new ResolverProblem(`${role} must be text, not ${node.kind}`)
}

/** @throws ResolverProblem when there are fewer or more arguments */
export function checkArgumentCount(call: ResolverCall, least: number, most: number): void {
  const count = call.arguments.length
  if (count >= least && count <= most) return
  throw new ResolverProblem(
    `it takes ${least === most ? least : `${least} to ${most}`} arguments, got ${count}`,
  )
}
