import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { composeTree, hydraOf, taskOf } from '../../ts/config/compose-tree.ts'
import { locatePath, splitKey } from '../../ts/config/interpolation/located.ts'
import { Resolution } from '../../ts/config/interpolation/resolution.ts'
import { type ConfigNode, type MapNode, textNode } from '../../ts/config/node.ts'
import { applyOverrides } from '../../ts/config/overrides/apply.ts'
import { canonicalText } from '../../ts/config/overrides/canonical.ts'
import { lookups } from '../../ts/config/overrides/lookups.ts'
import { parseOverride, parseOverrides } from '../../ts/config/overrides/parser.ts'
import type { NumberElement, OverrideValue } from '../../ts/config/overrides/value.ts'
import { toPlain } from '../../ts/config/tree/plain.ts'
import { dumpYaml } from '../../ts/config/yaml/dump.ts'
import { loadYaml } from '../../ts/config/yaml/load.ts'
import { floatText, readFloat } from '../../ts/config/yaml/number-text.ts'
import { ConfigError } from '../../ts/errors/index.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

const FIXTURES = join(import.meta.dir, '../fixtures/config')

function fixture<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as Shape
}

/** The result, or null for a refusal, which must be a ConfigError. */
function attempt<Result>(action: () => Result): Result | null {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}

type Tagged = string | boolean | null | TaggedObject
interface TaggedObject {
  readonly map?: readonly (readonly [string, Tagged])[]
  readonly list?: readonly Tagged[]
  readonly int?: string
  readonly float?: string
}

function nodeOf(value: Tagged): ConfigNode {
  if (value === null) return { kind: 'null' }
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'string') return textNode(value)
  if (value.map)
    return { kind: 'map', entries: new Map(value.map.map(([key, inner]) => [key, nodeOf(inner)])) }
  if (value.list) return { kind: 'list', items: value.list.map(nodeOf) }
  if (value.int !== undefined) return { kind: 'int', value: BigInt(value.int) }
  return { kind: 'float', value: readFloat(value.float ?? '') ?? Number.NaN }
}

test('YAML text is byte for byte what OmegaConf writes', () => {
  for (const { value, yaml } of fixture<{ value: Tagged; yaml: string }[]>('dump')) {
    expect(dumpYaml(nodeOf(value))).toBe(yaml)
  }
})

const OPERATIONS = { change: 'change', add: 'add', force_add: 'force_add', delete: 'del' } as const
const TYPES: Readonly<Record<string, string>> = { null: 'NoneType' }

function recorded(value: OverrideValue): unknown[] {
  const number = (each: NumberElement): string =>
    each.kind === 'int' ? String(each.value) : floatText(each.value)
  switch (value.kind) {
    case 'choice':
      return ['choice', value.simple, value.shuffle, [...value.tags].sort(), value.items.map(canonicalText)]
    case 'range':
      return [
        'range',
        number(value.start),
        number(value.stop),
        number(value.step),
        value.shuffle,
        [...value.tags].sort(),
      ]
    case 'interval':
      return ['interval', number(value.start), number(value.end), [...value.tags].sort()]
    case 'glob':
      return ['glob', value.include, value.exclude]
    default: {
      const type = value.kind === 'str' && value.quote ? 'QuotedString' : (TYPES[value.kind] ?? value.kind)
      return ['element', type, canonicalText(value)]
    }
  }
}

test('what Hydra accepts as an override means the same here', () => {
  const cases = fixture<{ word: string; parsed: unknown[] | null }[]>('overrides')
  for (const { word, parsed } of cases.filter((each) => each.parsed !== null)) {
    const override = parseOverride(word)
    const value = override.value && recorded(override.value)
    const ours: unknown[] = [OPERATIONS[override.operation], override.key, override.package ?? null, value]
    expect({ word, parsed: ours }).toEqual({ word, parsed: parsed ?? [] })
  }
})

test('what Hydra refuses as an override is refused with a column, or text beyond its grammar', () => {
  const cases = fixture<{ word: string; parsed: unknown[] | null }[]>('overrides')
  for (const { word } of cases.filter((each) => each.parsed === null)) {
    const override = attempt(() => parseOverride(word))
    if (override) expect(['str', 'dict', 'list']).toContain(String(override.value?.kind))
  }
})

test('interpolations resolve as in OmegaConf', () => {
  const { tree, cases } = fixture<{
    tree: string
    cases: { text: string; key: string; yaml: string | null }[]
  }>('interpolations')
  for (const { text, key, yaml } of cases) {
    const root = loadYaml(tree, 'tree')
    insert(root, key, textNode(text))
    const context = { env: { CT_SET: 'set' }, now: new Date(), runtimeVersion: Bun.version }
    const ours = attempt(() => {
      const resolution = new Resolution(root, context)
      const located = locatePath(resolution.root, splitKey(key))
      if (!located) throw new Error(`no key ${key}`)
      const node = resolution.deep(located)
      return node.kind === 'missing' ? null : dumpYaml({ kind: 'map', entries: new Map([['value', node]]) })
    })
    expect({ text, key, yaml: ours }).toEqual({ text, key, yaml })
  }
})

function insert(root: ConfigNode, key: string, node: ConfigNode): void {
  const [first = '', second] = key.split('.')
  if (root.kind !== 'map') throw new Error('no map')
  const parent = second === undefined ? root : root.entries.get(first)
  if (parent?.kind === 'list') parent.items.push(node)
  else if (parent?.kind === 'map') parent.entries.set(second ?? first, node)
}

test('overrides change a tree as in Hydra; deleting what is null, missing or in a list works too', () => {
  const { base, cases } = fixture<{ base: string; cases: { words: string[]; yaml: string | null }[] }>(
    'applied',
  )
  for (const { words, yaml } of cases) {
    const root = loadYaml(base, 'base') as MapNode
    const resolution = new Resolution(root, { env: {}, now: new Date(), runtimeVersion: Bun.version })
    const ours = attempt(() => {
      const options = {
        ...lookups(resolution),
        suggest: () => ({ names: [] }),
        isGroup: () => false,
        warn: () => {},
      }
      applyOverrides(root, parseOverrides(words), options)
      return dumpYaml(root)
    })
    const isExtension = yaml === null && words.some((word) => word.startsWith('~') || word.startsWith('+i.'))
    if (!isExtension) expect({ words, yaml: ours }).toEqual({ words, yaml })
  }
})

describe('whole trees', () => {
  const directory = mkdtempSync(join(tmpdir(), 'composed-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  interface Case {
    readonly files: Readonly<Record<string, string>>
    readonly words: readonly string[]
    readonly result: { yaml: string; steps: string[]; choices: Record<string, string | null> } | null
  }
  for (const [index, { files, words, result }] of fixture<Case[]>('composed').entries()) {
    test(`tree ${index} with ${words.join(' ') || 'no overrides'}`, () => {
      const configDir = join(directory, String(index))
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(configDir, name)), { recursive: true })
        writeFileSync(join(configDir, name), text)
      }
      const ours = attempt(() => {
        const { root, steps } = composeTree({
          configDir,
          configName: 'config',
          overrides: words,
          cwd: directory,
        })
        const hydra = toPlain(hydraOf(root)) as { runtime: { choices: Record<string, string | null> } }
        const own = steps.filter((step) => !step.path.startsWith('hydra/'))
        return {
          yaml: dumpYaml(taskOf(root)),
          steps: own.map(
            (step) => `${step.path} @ ${step.package} ${step.isSelf ? 'True' : 'False'} ${step.parent}`,
          ),
          choices: Object.fromEntries(
            Object.entries(hydra.runtime.choices).filter(([key]) => !key.startsWith('hydra/')),
          ),
        }
      })
      expect(ours).toEqual(result)
    })
  }
})
