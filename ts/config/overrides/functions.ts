import { nearest } from '../suggest/nearest.ts'
import { cast } from './casts.ts'
import { FunctionProblem } from './function-problem.ts'
import { rangeItems } from './range.ts'
import { sortArgument } from './sort.ts'
import type { Element, NumberElement, OverrideValue } from './value.ts'

export type FunctionArgument = OverrideValue

/** A call as it was parsed. */
export interface FunctionCall {
  readonly name: string
  readonly positional: readonly FunctionArgument[]
  readonly named: ReadonlyMap<string, FunctionArgument>
  readonly random: () => number
}

type OverrideFunction = (call: FunctionCall) => FunctionArgument

/** The functions of the override language, by name. */
const FUNCTIONS: Readonly<Record<string, OverrideFunction>> = {
  bool: castFunction('bool'),
  choice,
  float: castFunction('float'),
  glob,
  int: castFunction('int'),
  interval,
  range,
  shuffle,
  sort,
  str: castFunction('str'),
  tag,
}

export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS)

/** @throws FunctionProblem */
export function evaluate(call: FunctionCall): FunctionArgument {
  const found = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined
  if (found === undefined) {
    throw new FunctionProblem(
      `unknown function '${call.name}'; there are ${FUNCTION_NAMES.join(', ')}`,
      'a literal ( is written \\( or inside of quotes',
      nearest(call.name, FUNCTION_NAMES),
    )
  }
  return found({ ...call, positional: call.positional.map(unquoted), named: mapValues(call.named, unquoted) })
}

/** Functions see the text of quoted arguments. */
function unquoted(argument: FunctionArgument): FunctionArgument {
  return argument.kind === 'str' ? { ...argument, quote: undefined } : argument
}

function mapValues<Value>(
  map: ReadonlyMap<string, Value>,
  change: (value: Value) => Value,
): Map<string, Value> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}

/** Arguments by parameter name. */
function bind(
  call: FunctionCall,
  parameters: readonly string[],
  required: number,
): Map<string, FunctionArgument> {
  const bound = new Map<string, FunctionArgument>()
  const signature = `${call.name}(${parameters.join(', ')})`
  if (call.positional.length > parameters.length) {
    throw new FunctionProblem(`too many arguments: ${signature} takes ${parameters.length}`)
  }
  for (const [index, argument] of call.positional.entries()) bound.set(parameters[index] ?? '', argument)
  for (const [name, argument] of call.named) {
    if (!parameters.includes(name)) {
      throw new FunctionProblem(
        `unknown argument '${name}' of ${signature}`,
        undefined,
        nearest(name, parameters),
      )
    }
    if (bound.has(name)) throw new FunctionProblem(`the argument '${name}' of ${signature} is given twice`)
    bound.set(name, argument)
  }
  const missing = parameters.slice(0, required).filter((name) => !bound.has(name))
  if (missing.length > 0) throw new FunctionProblem(`${signature} needs ${missing.join(', ')}`)
  return bound
}

function onlyNamed(call: FunctionCall, names: readonly string[]): void {
  for (const name of call.named.keys()) {
    if (!names.includes(name)) {
      throw new FunctionProblem(
        `unknown argument '${name}' of ${call.name}()`,
        undefined,
        nearest(name, names),
      )
    }
  }
}

function element(argument: FunctionArgument, role: string): Element {
  switch (argument.kind) {
    case 'choice':
    case 'range':
    case 'interval':
    case 'glob':
      throw new FunctionProblem(`${role} cannot be a ${argument.kind}`)
    default:
      return argument
  }
}

function number(argument: FunctionArgument | undefined, role: string): NumberElement {
  if (argument?.kind === 'int' || argument?.kind === 'float') return argument
  throw new FunctionProblem(`${role} must be a number`)
}

function castFunction(name: 'int' | 'float' | 'str' | 'bool'): OverrideFunction {
  return (call) => {
    onlyNamed(call, ['value'])
    const value = call.named.get('value')
    if (value !== undefined && call.positional.length > 0) {
      throw new FunctionProblem(`${name}() takes positional arguments or value=, not both`)
    }
    const [first, ...others] = value === undefined ? call.positional : [value]
    if (first === undefined) throw new FunctionProblem(`${name}() needs a value`)
    return cast(name, others.length === 0 ? first : simpleChoice([first, ...others], name))
  }
}

function simpleChoice(items: readonly FunctionArgument[], name: string): FunctionArgument {
  const elements = items.map((item) => element(item, `an argument of ${name}()`))
  return { kind: 'choice', items: elements, simple: true, shuffle: false, tags: [] }
}

function choice(call: FunctionCall): FunctionArgument {
  onlyNamed(call, [])
  const [first] = call.positional
  if (first === undefined) throw new FunctionProblem('choice() needs at least one value')
  if (call.positional.length === 1 && first.kind === 'choice') {
    if (!first.simple) throw new FunctionProblem('choices cannot be nested')
    return { ...first, simple: false }
  }
  const items = call.positional.map((item) => {
    if (item.kind === 'choice') throw new FunctionProblem('choices cannot be nested')
    if (item.kind === 'null')
      throw new FunctionProblem('choice() cannot take null', 'write null,… without choice()')
    return element(item, 'a value of choice()')
  })
  return { kind: 'choice', items, simple: false, shuffle: false, tags: [] }
}

function range(call: FunctionCall): FunctionArgument {
  const bound = bind(call, ['start', 'stop', 'step'], 1)
  const start = number(bound.get('start'), 'start of range()')
  const stop = bound.has('stop') ? number(bound.get('stop'), 'stop of range()') : undefined
  const step = bound.has('step')
    ? number(bound.get('step'), 'step of range()')
    : { kind: 'int' as const, value: 1n }
  const zero = { kind: 'int' as const, value: 0n }
  const ends = stop === undefined ? { start: zero, stop: start } : { start, stop }
  return { kind: 'range', ...ends, step, shuffle: false, tags: [] }
}

function interval(call: FunctionCall): FunctionArgument {
  const bound = bind(call, ['start', 'end'], 2)
  const end = (name: string): NumberElement => {
    return { kind: 'float', value: Number(number(bound.get(name), `${name} of interval()`).value) }
  }
  return { kind: 'interval', start: end('start'), end: end('end'), tags: [] }
}

function glob(call: FunctionCall): FunctionArgument {
  const bound = bind(call, ['include', 'exclude'], 1)
  return { kind: 'glob', include: patterns(bound.get('include')), exclude: patterns(bound.get('exclude')) }
}

function patterns(argument: FunctionArgument | undefined): readonly string[] {
  if (argument === undefined || argument.kind === 'null') return []
  const items = argument.kind === 'list' ? argument.items : [argument]
  return items.map((item) => {
    if (item.kind !== 'str') throw new FunctionProblem('the patterns of glob() must be text')
    return item.value
  })
}

function tag(call: FunctionCall): FunctionArgument {
  onlyNamed(call, ['sweep'])
  const named = call.named.get('sweep')
  const all = named === undefined ? call.positional : [...call.positional, named]
  const sweep = all.at(-1)
  if (sweep?.kind !== 'choice' && sweep?.kind !== 'range' && sweep?.kind !== 'interval') {
    throw new FunctionProblem('the last argument of tag() must be a choice(), range() or interval()')
  }
  const tags = all.slice(0, -1).map((item) => {
    if (item.kind !== 'str') throw new FunctionProblem('the tags of tag() must be text')
    return item.value
  })
  return { ...sweep, tags: [...new Set(tags)] }
}

/** The one value of `sort` and `shuffle`, which may be named, or all positional ones as a choice. */
function sortable(call: FunctionCall, alsoNamed: readonly string[]): FunctionArgument {
  onlyNamed(call, ['sweep', 'list', ...alsoNamed])
  const named = call.named.get('list') ?? call.named.get('sweep')
  if (named !== undefined) return named
  const [first] = call.positional
  if (first === undefined) throw new FunctionProblem(`${call.name}() needs a value`)
  return call.positional.length === 1 ? first : simpleChoice(call.positional, call.name)
}

function shuffle(call: FunctionCall): FunctionArgument {
  const argument = sortable(call, [])
  if (argument.kind === 'choice' || argument.kind === 'range') return { ...argument, shuffle: true }
  if (argument.kind === 'list') return { ...argument, items: shuffled(argument.items, call.random) }
  if (argument.kind === 'interval' || argument.kind === 'glob') {
    throw new FunctionProblem(`shuffle() cannot take ${argument.kind}()`)
  }
  return { kind: 'list', items: [argument] }
}

/** Fisher–Yates. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [result[last] as Item, result[other] as Item]
    result[last] = two
    result[other] = one
  }
  return result
}

function sort(call: FunctionCall): FunctionArgument {
  const argument = sortable(call, ['reverse'])
  const reverse = call.named.get('reverse')
  if (reverse !== undefined && reverse.kind !== 'bool')
    throw new FunctionProblem('reverse of sort() must be true or false')
  return sortArgument(argument, reverse?.value === true, rangeItems)
}
