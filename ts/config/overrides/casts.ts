import { floatText, readFloat, readInteger } from '../yaml/number-text.ts'
import { FunctionProblem } from './function-problem.ts'
import type { FunctionArgument } from './functions.ts'
import type { NumberElement, Primitive } from './value.ts'

export type CastName = 'int' | 'float' | 'str' | 'bool'

/** Casts a value, each item of a list, each value of a map, each choice of a sweep, or the ends of a range. */
export function cast(name: CastName, argument: FunctionArgument): FunctionArgument {
  switch (argument.kind) {
    case 'list':
      return { ...argument, items: argument.items.map((item) => castElement(name, item)) }
    case 'dict':
      return {
        ...argument,
        entries: argument.entries.map(({ key, value }) => ({ key, value: castElement(name, value) })),
      }
    case 'choice':
      return {
        kind: 'choice',
        items: argument.items.map((item) => castElement(name, item)),
        simple: argument.simple,
        shuffle: false,
        tags: [],
      }
    case 'range': {
      if (name !== 'int' && name !== 'float')
        throw new FunctionProblem('a range can only be cast to int or float')
      const ends = { start: castNumber(name, argument.start), stop: castNumber(name, argument.stop) }
      return { kind: 'range', ...ends, step: castNumber(name, argument.step), shuffle: false, tags: [] }
    }
    case 'interval': {
      if (name !== 'int' && name !== 'float')
        throw new FunctionProblem(`an interval cannot be cast to ${name}`)
      return { ...argument, start: castNumber(name, argument.start), end: castNumber(name, argument.end) }
    }
    case 'glob':
      throw new FunctionProblem(`glob() cannot be cast to ${name}`)
    default:
      return castPrimitive(name, argument)
  }
}

function castElement(name: CastName, argument: FunctionArgument) {
  const result = cast(name, argument)
  if (
    result.kind === 'choice' ||
    result.kind === 'range' ||
    result.kind === 'interval' ||
    result.kind === 'glob'
  ) {
    throw new FunctionProblem('a sweep cannot stand inside of another value')
  }
  return result
}

function castNumber(name: 'int' | 'float', number: NumberElement): NumberElement {
  const result = castPrimitive(name, number)
  if (result.kind !== 'int' && result.kind !== 'float')
    throw new FunctionProblem(`no number: ${number.value}`)
  return result
}

function castPrimitive(name: CastName, value: Primitive): Primitive {
  if (value.kind === 'null') throw new FunctionProblem(`null cannot be cast to ${name}`)
  const { column } = value
  switch (name) {
    case 'int':
      return { kind: 'int', value: toInteger(value), column }
    case 'float':
      return { kind: 'float', value: toFloat(value), column }
    case 'bool':
      return { kind: 'bool', value: toBoolean(value), column }
    case 'str':
      return { kind: 'str', value: toText(value), column }
  }
}

type NonNull = Exclude<Primitive, { kind: 'null' }>

function toInteger(value: NonNull): bigint {
  if (value.kind === 'int') return value.value
  if (value.kind === 'bool') return value.value ? 1n : 0n
  if (value.kind === 'float') {
    if (Number.isFinite(value.value)) return BigInt(Math.trunc(value.value))
    throw new FunctionProblem(`${floatText(value.value)} cannot be cast to int`)
  }
  const integer = readInteger(value.value)
  if (integer === undefined) throw new FunctionProblem(`'${value.value}' is no integer`)
  return integer
}

function toFloat(value: NonNull): number {
  if (value.kind !== 'str') return Number(value.value)
  const float = readFloat(value.value)
  if (float === undefined) throw new FunctionProblem(`'${value.value}' is no number`)
  return float
}

function toBoolean(value: NonNull): boolean {
  if (value.kind === 'bool') return value.value
  if (value.kind === 'int') return value.value !== 0n
  if (value.kind === 'float') return value.value !== 0
  const lower = value.value.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  throw new FunctionProblem(`'${value.value}' cannot be cast to bool`, 'write true or false')
}

function toText(value: NonNull): string {
  return value.kind === 'float' ? floatText(value.value) : String(value.value)
}
