import { nearest } from '../suggest/nearest.ts'
import type { Target } from '../target.ts'
import { canonicalTarget } from './canonical-target.ts'

/** Looks targets up by any of their names. Build it once for a list. */
export interface TargetIndex<T extends Target> {
  find(name: string): T | undefined
  /** The nearest valid names, in the style of `name`: dotted for a dotted one. */
  suggest(name: string): string[]
  readonly names: readonly string[]
}

export function indexTargets<T extends Target>(targets: readonly T[]): TargetIndex<T> {
  const byName = new Map<string, T>()
  for (const target of targets)
    for (const name of [target.name, ...target.aliases]) {
      const key = canonicalTarget(name)
      if (!byName.has(key)) byName.set(key, target)
    }
  // A class may be named without its package; where two packages have it, the first in the list is meant.
  for (const target of targets)
    for (const alias of target.aliases)
      if (!byName.has(className(alias))) byName.set(className(alias), target)
  const dotted = targets.flatMap((target) => target.aliases.filter((alias) => alias.includes('.')))
  const short = targets.flatMap((target) => [target.name, ...target.aliases.map(className)])
  return {
    find: (name) => byName.get(canonicalTarget(name)),
    suggest: (name) => {
      if (!name.includes('.')) return nearest(name, short)
      const close = sameClass(name, dotted)
      return close.length > 0 ? close : nearest(name, dotted)
    },
    names: [...new Set(targets.map((target) => target.name))].sort(),
  }
}

/** Names whose class is nearly the same although the package is another. */
function sameClass(name: string, dotted: readonly string[]): string[] {
  // The last entry of a Map's list wins, so that a target's first alias is suggested.
  const classes = new Map(dotted.map((alias) => [className(alias), alias] as const).reverse())
  return nearest(className(name), classes.keys()).map((found) => classes.get(found) ?? found)
}

const className = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
