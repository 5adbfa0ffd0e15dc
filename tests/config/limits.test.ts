// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Hydra's interpolations
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { locateRoot } from '../../ts/config/interpolation/located.ts'
import { Resolution } from '../../ts/config/interpolation/resolution.ts'
import { parseOverride } from '../../ts/config/overrides/parser.ts'
import { loadYaml } from '../../ts/config/yaml/load.ts'
import { ConfigError } from '../../ts/errors/index.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

function refusal(action: () => unknown): ConfigError {
  try {
    action()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function expectPlaced(error: ConfigError, message: RegExp): void {
  expect(error.message).toMatch(message)
  expect(error.problems.every((problem) => problem.place !== undefined)).toBe(true)
}

describe('what is too much is refused kindly', () => {
  test('a file of 10 MB', () => {
    expectPlaced(
      refusal(() => loadYaml(`a: ${'x'.repeat(10_000_000)}\n`, 'big.yaml')),
      /10000004 characters/,
    )
  })

  test.each([
    ['brackets', '['.repeat(50_000)],
    ['closed brackets', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['dashes', `${'- '.repeat(5000)}x`],
    ['indents', Array.from({ length: 1000 }, (_unused, depth) => `${' '.repeat(depth)}k:`).join('\n')],
  ])('deep nesting by %s', (_name, text) => {
    expectPlaced(
      refusal(() => loadYaml(text, 'deep.yaml')),
      /more than 200 deep/,
    )
  })

  test('aliases that double at each level', () => {
    const levels = Array.from(
      { length: 30 },
      (_unused, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`,
    )
    expectPlaced(
      refusal(() => loadYaml(`a0: &a0 x\n${levels.join('\n')}\n`, 'bomb.yaml')),
      /aliases are expanded/,
    )
  })

  test('an alias inside of its own anchor', () => {
    expectPlaced(
      refusal(() => loadYaml('a: &a [1, *a]\n', 'self.yaml')),
      /contains itself/,
    )
  })

  test.each([
    ['itself', 'a: ${a}\n'],
    ['two', 'a: ${b}\nb: ${a}\n'],
    ['a map in itself', 'a: {x: "${b}"}\nb: {y: "${a}"}\n'],
    ['texts', 'a: x${b}\nb: y${c}\nc: z${a}\n'],
  ])('cycles of interpolations: %s', (_name, text) => {
    const context = { env: {}, now: new Date(), runtimeVersion: '1' }
    const root = loadYaml(text, 'cycle.yaml')
    expectPlaced(
      refusal(() => new Resolution(root, context).deep(locateRoot(root))),
      /itself|contains it/,
    )
  })

  test('interpolations that double at each level', () => {
    const lines = Array.from(
      { length: 60 },
      (_unused, level) => `k${level + 1}: "\${k${level}}\${k${level}}"`,
    )
    const root = loadYaml(`k0: x\n${lines.join('\n')}\n`, 'bomb.yaml')
    const context = { env: {}, now: new Date(), runtimeVersion: '1' }
    expectPlaced(
      refusal(() => new Resolution(root, context).deep(locateRoot(root))),
      /evaluated|characters/,
    )
  })

  test.each([
    ['lists', `k=${'['.repeat(50_000)}`],
    ['calls', `k=${'int('.repeat(5000)}1${')'.repeat(5000)}`],
    ['interpolations', `k=${'${'.repeat(50_000)}`],
    ['backslashes', `k='${'\\'.repeat(100_001)}'`],
    ['keys', `${'a.'.repeat(100_000)}=1`],
  ])('override words with endless %s', (_name, word) => {
    expectPlaced(
      refusal(() => parseOverride(word)),
      /cannot read the override/,
    )
  })

  test('long words are read in one pass', () => {
    const value = parseOverride(
      `k=[${Array.from({ length: 50_000 }, (_unused, index) => index).join(',')}]`,
    ).value
    expect(value?.kind === 'list' && value.items.length).toBe(50_000)
    expect(parseOverride(`k=${'${a:${b}'.repeat(20_000)}`).value?.kind).toBe('str')
    expect(parseOverride(`k=${'a b\\,'.repeat(50_000)}`).value?.kind).toBe('str')
  })

  test('a range without an end', () => {
    expect(() => parseOverride('k=sort(range(0,1e12,1e-3),reverse=true)')).toThrow('more than 100000 items')
  })
})
