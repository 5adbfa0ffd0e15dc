import { type ConfigNode, isContainer } from '../node.ts'
import { nearest } from '../suggest/nearest.ts'
import { childOf, childrenOf, fullKey, type Located, locateRoot, splitKey } from './located.ts'
import { parseText } from './parse.ts'
import { pythonText } from './python-text.ts'
import { ResolutionError, type ResolutionFault } from './resolution-problem.ts'
import { type Resolver, ResolverProblem } from './resolver.ts'
import { RESOLVERS } from './resolvers/index.ts'
import {
  type Argument,
  type Interpolation,
  type NodeInterpolation,
  type Part,
  SyntaxProblem,
} from './syntax.ts'

/** What interpolations see of the world. */
export interface ResolutionContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** When the program started. */
  readonly now: Date
  readonly runtimeVersion: string
  /** For `${hydra:…}`; by default the key `hydra` of the root. */
  readonly hydra?: Located | undefined
  /** Besides the built-in ones. */
  readonly resolvers?: ReadonlyMap<string, Resolver> | undefined
  readonly warn?: ((message: string) => void) | undefined
}

export interface DeepOptions {
  /** An interpolation whose target is `???`: an error, or `???` itself. */
  readonly missing?: 'error' | 'keep' | undefined
}

/** Chains of interpolations longer than this are refused. */
const MAX_CHAIN = 200
/** Interpolations that one tree may evaluate, and characters of one text: stops trees that double at each level. */
const MAX_EVALUATIONS = 50_000
const MAX_TEXT = 1_000_000

/** Resolves interpolations in one tree, lazily: values are looked up when they are asked for. */
export class Resolution {
  readonly root: Located
  readonly context: ResolutionContext
  readonly #parsed = new Map<string, readonly Part[]>()
  readonly #active = new Set<ConfigNode>()
  #evaluations = 0

  constructor(root: ConfigNode, context: ResolutionContext) {
    this.root = locateRoot(root)
    this.context = context
  }

  /** Follows interpolations until a value that is none. @throws ResolutionError */
  value(located: Located): Located {
    const { node } = located
    if (node.kind !== 'interpolation') return located
    if (this.#active.has(node))
      throw this.#error('cycle', located, `the interpolation '${node.value}' refers to itself`)
    if (this.#active.size >= MAX_CHAIN) {
      throw this.#error(
        'cycle',
        located,
        `more than ${MAX_CHAIN} interpolations refer to each other in a chain`,
      )
    }
    if (++this.#evaluations > MAX_EVALUATIONS) {
      throw this.#error('cycle', located, `more than ${MAX_EVALUATIONS} interpolations had to be evaluated`)
    }
    this.#active.add(node)
    try {
      return this.#evaluate(this.#parts(located, node.value), located)
    } finally {
      this.#active.delete(node)
    }
  }

  /** The value with everything in it resolved; keeps the places of the interpolations. @throws ResolutionError */
  deep(located: Located, options: DeepOptions = {}): ConfigNode {
    const { node } = located
    let target: Located
    try {
      target = this.value(located)
    } catch (error) {
      if (options.missing === 'keep' && error instanceof ResolutionError && error.fault === 'missing') {
        return { kind: 'missing', place: node.place, keyPlace: node.keyPlace, previous: node.previous }
      }
      throw error
    }
    const origin = { place: node.place, keyPlace: node.keyPlace, previous: node.previous }
    if (!isContainer(target.node)) return target === located ? node : { ...target.node, ...origin }
    if (this.#active.has(target.node)) {
      throw this.#error('cycle', located, `'${pythonText(node)}' contains itself`)
    }
    this.#active.add(target.node)
    try {
      const children = childrenOf(target)
      if (target.node.kind === 'list') {
        return { ...origin, kind: 'list', items: children.map((child) => this.deep(child, options)) }
      }
      const entries = new Map(children.map((child) => [child.key ?? '', this.deep(child, options)]))
      return { ...origin, kind: 'map', entries, keyKinds: target.node.keyKinds }
    } finally {
      this.#active.delete(target.node)
    }
  }

  /** The value at a path below `from`; undefined where it is absent. @throws ResolutionError */
  select(from: Located, path: readonly string[], holder: Located): Located | undefined {
    let current: Located | undefined = this.value(from)
    for (const [index, key] of path.entries()) {
      if (current.node.kind === 'missing') return current
      if (current.node.kind === 'null') return undefined
      if (!isContainer(current.node)) {
        const parent = path.slice(0, index).join('.')
        throw this.#error(
          'scalar',
          holder,
          `'${parent}' is ${describe(current.node)} and has no key '${key}'`,
        )
      }
      const child = childOf(current, key)
      if (child === undefined) return undefined
      current = this.value(child)
    }
    return current
  }

  /** The value at a key as interpolations write it: absolute, or relative with leading dots. */
  selectFrom(holder: Located, key: string): Located | undefined {
    const dots = /^\.*/.exec(key)?.[0].length ?? 0
    if (dots === 0) return this.select(this.root, splitKey(key), holder)
    const base = this.#climb(holder, dots, key)
    const rest = key.slice(dots)
    return rest === '' ? base : this.select(base, splitKey(rest), holder)
  }

  /** The value of an argument. @throws ResolutionError */
  argument(argument: Argument, holder: Located): Located {
    const created = (node: ConfigNode): Located => ({ node, key: holder.key, parent: holder.parent })
    switch (argument.kind) {
      case 'literal':
        return created(argument.value)
      case 'interpolation':
        return this.#interpolation(argument.interpolation, holder)
      case 'concatenation':
        return created({ kind: 'str', value: this.#text(argument.parts, holder) })
      case 'list':
        return created({
          kind: 'list',
          items: argument.items.map((item) => this.deep(this.argument(item, holder))),
        })
      case 'dict': {
        const entries = argument.entries.map(({ key, value }): [string, ConfigNode] => {
          return [pythonText(this.argument(key, holder).node), this.deep(this.argument(value, holder))]
        })
        return created({ kind: 'map', entries: new Map(entries) })
      }
    }
  }

  #parts(located: Located, text: string): readonly Part[] {
    const known = this.#parsed.get(text)
    if (known) return known
    try {
      const parts = parseText(text)
      this.#parsed.set(text, parts)
      return parts
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      throw this.#error(
        'syntax',
        located,
        `cannot read the interpolation '${text}': ${error.message}`,
        error.hint,
      )
    }
  }

  #evaluate(parts: readonly Part[], located: Located): Located {
    const [first] = parts
    if (parts.length === 1 && first && first.kind !== 'text') return this.#interpolation(first, located)
    return {
      node: { kind: 'str', value: this.#text(parts, located) },
      key: located.key,
      parent: located.parent,
    }
  }

  #text(parts: readonly Part[], holder: Located): string {
    let text = ''
    for (const part of parts) {
      text += part.kind === 'text' ? part.text : pythonText(this.#interpolation(part, holder).node)
      if (text.length > MAX_TEXT) {
        throw this.#error('cycle', holder, `the interpolated text has more than ${MAX_TEXT} characters`)
      }
    }
    return text
  }

  #interpolation(interpolation: Interpolation, holder: Located): Located {
    if (interpolation.kind === 'node') return this.#node(interpolation, holder)
    const name = interpolation.name.map((part) => this.#keyText(part, holder)).join('.')
    const resolver = this.context.resolvers?.get(name) ?? RESOLVERS.get(name)
    if (resolver === undefined) {
      const names = [...RESOLVERS.keys(), ...(this.context.resolvers?.keys() ?? [])]
      const message = `there is no resolver '${name}' (in '${interpolation.source}'); there are ${names.join(', ')}`
      throw this.#error('unknown_resolver', holder, message, undefined, nearest(name, names))
    }
    const values = interpolation.arguments.map((argument) => this.argument(argument, holder))
    try {
      const result = resolver({ arguments: values, holder, resolution: this })
      return result.node.kind === 'interpolation' ? this.value(result) : result
    } catch (error) {
      if (!(error instanceof ResolverProblem)) throw error
      throw this.#error(
        'resolver',
        holder,
        `'${interpolation.source}': ${error.message}`,
        error.hint,
        error.suggestions,
      )
    }
  }

  #node(interpolation: NodeInterpolation, holder: Located): Located {
    const key = interpolation.path.map((part) => this.#keyText(part, holder)).join('')
    const target = this.selectFrom(holder, key)
    if (target === undefined) {
      const message = `the interpolation key '${key}' is not found (in '${interpolation.source}')`
      throw this.#error('not_found', holder, message, undefined, this.#alternatives(key, holder))
    }
    if (target.node.kind === 'missing') {
      const message = `'${interpolation.source}' refers to '${fullKey(target) || key}', which is mandatory and not set (???)`
      throw this.#error('missing', holder, message, `set it: ${fullKey(target) || key}=VALUE`)
    }
    for (let ancestor: Located | undefined = holder.parent; ancestor; ancestor = ancestor.parent) {
      if (ancestor.node === target.node) {
        throw this.#error(
          'parent',
          holder,
          `'${interpolation.source}' refers to a map or list that contains it`,
        )
      }
    }
    return target
  }

  #keyText(part: string | Interpolation, holder: Located): string {
    if (typeof part === 'string') return part
    const { node } = this.#interpolation(part, holder)
    if (node.kind === 'str') return node.value
    throw this.#error(
      'resolver',
      holder,
      `'${part.source}' stands for a key, so it must be text, not ${describe(node)}`,
    )
  }

  /** One dot is the map or list that holds the node, each further dot one level up. */
  #climb(holder: Located, dots: number, key: string): Located {
    let base: Located | undefined = holder.parent
    for (let step = 1; step < dots && base; step++) base = base.parent
    if (base) return base
    throw this.#error(
      'not_found',
      holder,
      `the relative key '${key}' climbs above the root`,
      'use fewer dots',
    )
  }

  /** Near names at the deepest level that exists, as full keys. */
  #alternatives(key: string, holder: Located): string[] {
    const dots = /^\.*/.exec(key)?.[0] ?? ''
    const path = splitKey(key.slice(dots.length))
    let current = dots === '' ? this.root : this.#climb(holder, dots.length, key)
    const found: string[] = []
    for (const part of path) {
      const names = childrenOf(current).map((child) => child.key ?? '')
      const child = childOf(current, part)
      if (child === undefined)
        return nearest(part, names).map((name) => `${dots}${[...found, name].join('.')}`)
      found.push(part)
      current = child
    }
    return []
  }

  #error(
    fault: ResolutionFault,
    holder: Located,
    message: string,
    hint?: string,
    suggestions?: readonly string[],
  ): ResolutionError {
    return new ResolutionError(fault, {
      key: fullKey(holder),
      message,
      place: holder.node.place,
      hint,
      suggestions,
    })
  }
}

function describe(node: ConfigNode): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'map':
    case 'list':
      return `a ${node.kind}`
    default:
      return `'${pythonText(node)}' (${node.kind})`
  }
}
