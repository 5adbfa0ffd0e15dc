import { FunctionProblem } from './function-problem.ts'
import type { Element, NumberElement, OverrideValue, RangeSweep } from './value.ts'

/** Sorts a list, a choice or a range; a single value stays as it is. @throws FunctionProblem */
export function sortArgument(
  argument: OverrideValue,
  reverse: boolean,
  itemsOf: (range: RangeSweep) => readonly NumberElement[],
): OverrideValue {
  switch (argument.kind) {
    case 'list':
    case 'choice':
      return { ...argument, items: sorted(argument.items, reverse) }
    case 'range':
      return sortedRange(argument, reverse, itemsOf)
    case 'interval':
    case 'glob':
      throw new FunctionProblem(`sort() cannot take ${argument.kind}()`)
    default:
      return argument
  }
}

function sorted(items: readonly Element[], reverse: boolean): Element[] {
  const result = [...items]
  for (const item of result) if (items[0]) compare(items[0], item)
  // Reversing a stable ascending sort would swap equal items; Python keeps their order.
  return result.sort((one, other) => (reverse ? compare(other, one) : compare(one, other)))
}

function compare(one: Element, other: Element): number {
  const [left, right] = [sortKey(one), sortKey(other)]
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (typeof left === 'string' || typeof right === 'string') {
    throw new FunctionProblem(`sort() cannot compare '${typeName(one)}' with '${typeName(other)}'`)
  }
  return left < right ? -1 : left > right ? 1 : 0
}

function sortKey(element: Element): string | number | bigint {
  switch (element.kind) {
    case 'str':
    case 'int':
    case 'float':
      return element.value
    case 'bool':
      return Number(element.value)
    default:
      throw new FunctionProblem(`sort() cannot order a ${typeName(element)}`)
  }
}

function typeName(element: Element): string {
  return element.kind
}

function sortedRange(
  range: RangeSweep,
  reverse: boolean,
  itemsOf: (range: RangeSweep) => readonly NumberElement[],
): RangeSweep {
  const ascending = Number(range.step.value) > 0
  if (ascending === !reverse) return range
  const last = itemsOf(range).at(-1)
  if (last === undefined) return range
  const step = negated(range.step)
  return { ...range, start: last, stop: sum(range.start, step), step }
}

function negated(number: NumberElement): NumberElement {
  return number.kind === 'int'
    ? { kind: 'int', value: -number.value }
    : { kind: 'float', value: -number.value }
}

function sum(one: NumberElement, other: NumberElement): NumberElement {
  if (one.kind === 'int' && other.kind === 'int') return { kind: 'int', value: one.value + other.value }
  return { kind: 'float', value: Number(one.value) + Number(other.value) }
}
