import { expect } from 'bun:test'
import type { ConfigNode, MapNode } from '../../../ts/config/node.ts'
import { dumpYaml } from '../../../ts/config/yaml/dump.ts'
import { loadYaml } from '../../../ts/config/yaml/load.ts'
import { ConfigError } from '../../../ts/errors/index.ts'
import { asMap, textOf, type Vector } from './vector.ts'

/** Runs a case and compares: a result by `check`, a refusal by its class and the names it must mention. */
export async function checkVector(
  vector: Vector,
  run: () => unknown,
  check: (result: never) => void,
): Promise<void> {
  const reference = vector.expect.entries.get('error')
  const outcome = await outcomeOf(run)
  if (!reference) {
    if (outcome.error === undefined) return check(outcome.result as never)
    if (mayRefuse(vector)) return expectPlace(outcome.error)
    throw outcome.error
  }
  if (outcome.error === undefined) {
    if (mayAccept(vector)) return
    throw new Error(`expected a refusal: ${textOf(asMap(reference).entries.get('message'))}`)
  }
  expectError(outcome.error, asMap(reference), vector)
}

interface Outcome {
  readonly result?: unknown
  readonly error?: ConfigError | undefined
}

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { result: await run() }
  } catch (error) {
    if (error instanceof ConfigError) return { error }
    throw error
  }
}

/** The recorded refusal is a defect that need not be kept. */
function mayAccept(vector: Vector): boolean {
  return /\b(accept|delete|support|allow|work)/i.test(vector.mayDiffer ?? '')
}

/** The recorded result is a mistake passed over in silence. */
function mayRefuse(vector: Vector): boolean {
  return /\breject/i.test(vector.mayDiffer ?? '')
}

function expectError(error: ConfigError, reference: MapNode, vector: Vector): void {
  const message = error.message.toLowerCase()
  const wanted = requiredNames(textOf(reference.entries.get('message')), vector.input)
  const absent = wanted.filter((name) => !message.includes(name.toLowerCase()))
  expect({ absent, ours: absent.length > 0 ? error.message : '' }).toEqual({ absent: [], ours: '' })
}

function expectPlace(error: ConfigError): void {
  expect(error.problems.every((problem) => problem.place !== undefined)).toBe(true)
}

/**
 * The names that a message must have: those the reference quotes and the options it lists, as far as they come from the
 * user's own input; Python's own words do not count.
 */
export function requiredNames(message: string, input: MapNode): string[] {
  const own = allText(input)
  const quoted = [...message.matchAll(/'([^'\n]+)'/g)].map((match) => match[1] ?? '')
  const fullKeys = [...message.matchAll(/full_key: (\S+)/g)].map((match) => match[1] ?? '')
  const options = [...message.matchAll(/^\t(\S+)$/gm)].map((match) => match[1] ?? '')
  const names = [...quoted, ...options].filter((name) => own.includes(name))
  return [...new Set([...names, ...fullKeys.filter((key) => key !== '')])]
}

function allText(node: ConfigNode): string {
  if (node.kind === 'map')
    return [...node.entries].map(([key, value]) => `${key}\n${allText(value)}`).join('\n')
  if (node.kind === 'list') return node.items.map(allText).join('\n')
  return textOf(node)
}

/** Compares a node with recorded YAML: byte for byte. */
export function expectYaml(node: ConfigNode, yaml: string): void {
  expect(dumpYaml(node)).toBe(yaml)
}

/** Compares a node with recorded flow text, by its canonical YAML. */
export function expectFlow(node: ConfigNode, flow: string): void {
  const wrapped =
    loadYaml(`value: ${flow}\n`, 'flow').kind === 'map' ? loadYaml(`value: ${flow}\n`, 'flow') : undefined
  const value = asMap(wrapped).entries.get('value')
  if (!value) throw new Error(`no value in ${flow}`)
  expect(dumpYaml(node)).toBe(dumpYaml(value))
}
