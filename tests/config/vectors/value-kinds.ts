import { expect } from 'bun:test'
import type { ConfigNode, MapNode } from '../../../ts/config/node.ts'
import { canonicalText } from '../../../ts/config/overrides/canonical.ts'
import { parseOverride } from '../../../ts/config/overrides/parser.ts'
import { elementNode } from '../../../ts/config/overrides/to-node.ts'
import {
  type Element,
  isSweep,
  type NumberElement,
  type Override,
  type Sweep,
} from '../../../ts/config/overrides/value.ts'
import { batches, expandSweep, valuesOf } from '../../../ts/config/sweep.ts'
import { floatText } from '../../../ts/config/yaml/number-text.ts'
import { checkVector, expectFlow } from './expectation.ts'
import type { Setup } from './setup.ts'
import { asList, textOf, texts, type Vector } from './vector.ts'

const NO_GROUPS = { groupOptions: () => [] }

function inputText(input: MapNode): string {
  return textOf(input.entries.get('in') ?? input.entries.get('text'))
}

/** `key=TEXT`: the value alone. */
export function checkValue(vector: Vector): Promise<void> {
  return checkVector(
    vector,
    () => parseOverride(`key=${inputText(vector.input)}`),
    (override: Override) => expectValue(override, vector.expect),
  )
}

/** A whole override word. */
export function checkOverride(vector: Vector): Promise<void> {
  return checkVector(
    vector,
    () => parseOverride(textOf(vector.input.entries.get('line') ?? vector.input.entries.get('in'))),
    (override: Override) => {
      const { entries } = vector.expect
      expect(override.operation as string).toBe(textOf(entries.get('op')))
      expect(override.key).toBe(textOf(entries.get('key')))
      if (entries.has('package')) expect(override.package).toBe(textOf(entries.get('package')))
      const value = entries.get('value')
      if (value?.kind === 'map') expectValue(override, value)
    },
  )
}

function expectValue(override: Override, expected: MapNode): void {
  const { value } = override
  if (value === undefined) throw new Error('there is no value')
  if (expected.entries.has('sweep')) {
    if (!isSweep(value)) throw new Error(`no sweep: ${value.kind}`)
    expectSweep(override, value, expected)
    return
  }
  if (isSweep(value)) throw new Error(`unexpected sweep: ${value.kind}`)
  const type = textOf(expected.entries.get('type'))
  expect(typeName(value)).toBe(type === 'map' ? 'dict' : type)
  expectFlow(elementNode(value, override), textOf(expected.entries.get('flow')))
}

function typeName(value: Element): string {
  return value.kind
}

function expectSweep(override: Override, sweep: Sweep, expected: MapNode): void {
  const found: Record<string, unknown> = { sweep: sweepName(sweep), ...sweepParts(sweep) }
  for (const [name, node] of expected.entries) {
    if (name === 'in' || name === 'items' || name === 'text') continue
    expect({ [name]: found[name] }).toEqual({ [name]: comparable(node) })
  }
  const items = expected.entries.get('items')
  if (!items) return
  const ours = asList(items).length === 0 ? [] : valuesOf(override, NO_GROUPS).map(canonicalText)
  const isShuffled = 'shuffle' in sweep && sweep.shuffle
  expect(isShuffled ? ours.sort() : ours).toEqual(isShuffled ? texts(items).sort() : texts(items))
}

function comparable(node: ConfigNode): unknown {
  if (node.kind === 'list') return node.items.map(textOf)
  return node.kind === 'bool' ? node.value : textOf(node)
}

function sweepName(sweep: Sweep): string {
  return sweep.kind === 'choice' && sweep.simple ? 'choice (comma form)' : sweep.kind
}

function sweepParts(sweep: Sweep): Record<string, unknown> {
  switch (sweep.kind) {
    case 'choice':
      return { shuffle: sweep.shuffle, tags: [...sweep.tags].sort() }
    case 'range': {
      const { start, stop, step } = sweep
      return {
        start: numberText(start),
        stop: numberText(stop),
        step: numberText(step),
        shuffle: sweep.shuffle,
        tags: [...sweep.tags].sort(),
      }
    }
    case 'interval':
      return { start: numberText(sweep.start), end: numberText(sweep.end), tags: [...sweep.tags].sort() }
    case 'glob':
      return { include: [...sweep.include], exclude: [...sweep.exclude] }
  }
}

function numberText(number: NumberElement): string {
  return number.kind === 'int' ? String(number.value) : floatText(number.value)
}

/** A value as the sweeper writes it into a job. */
export function checkRoundtrip(vector: Vector): Promise<void> {
  return checkVector(
    vector,
    () => parseOverride(`key=${inputText(vector.input)}`),
    ({ value }: Override) => {
      if (value === undefined || isSweep(value)) throw new Error('no single value')
      const canonical = canonicalText(value)
      expect(canonical).toBe(textOf(vector.expect.entries.get('canonical')))
      const again = parseOverride(`key=${canonical}`).value
      expect(again && !isSweep(again) && canonicalText(again)).toBe(canonical)
    },
  )
}

/** Sweep arguments to the words of each job. */
export function checkExpand(vector: Vector, setup: Setup): Promise<void> {
  const repository = setup.repository(vector)
  const size = vector.input.entries.get('batch')
  return checkVector(
    vector,
    () => {
      const overrides = texts(vector.input.entries.get('args')).map((word, argument) =>
        parseOverride(word, argument),
      )
      return expandSweep(overrides, { groupOptions: (group) => repository?.options(group) ?? [] })
    },
    (jobs: string[][]) => {
      const lines = jobs.map((job) => job.join(' '))
      const wantedBatches = vector.expect.entries.get('batches')
      if (wantedBatches) {
        const ours = batches(lines, size?.kind === 'int' ? Number(size.value) : undefined)
        expect(ours).toEqual(asList(wantedBatches).map(texts))
      } else expect(lines).toEqual(texts(vector.expect.entries.get('jobs')))
    },
  )
}
