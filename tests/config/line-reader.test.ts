import { expect, setDefaultTimeout, test } from 'bun:test'
import { readDocument } from '../../ts/config/yaml/document-reader.ts'
import { readLines } from '../../ts/config/yaml/line-reader.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import { mutated, pick, seededRandom } from './random.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

const TEXTS = [
  `# @package _global_
defaults:
  - _self_
  - override /model@p: resnet50   # comment
seed: 42
name: it's a "name"
ratio: 1e-4
nothing:
also: ~
list:
- 1
-
- - a
  - b: {x: [1, 'two', "three"], y: z}
    c: http://host:80/path#part
empty: {}
`,
  '- a\n-   b: 1\n    c: 2\n- {}\n- [a, [b, c], {d: e}]\n',
  '\'quoted key\': \'it\'\'s\'\n"other": "a\\n\\"b\\" \\\\"\n12: twelve\nyes: 1.5\n? complex\n: value\n',
  'a: &anchor {b: 1}\nc: *anchor\nd: |\n  text\ne: !!str 5\nf:\n  <<: *anchor\n',
  'flow: {a: , b: [,]}\n',
  'deep:\n  deeper:\n    deepest: x\n  back: y\n\n# end\n',
  '',
  '# only a comment\n',
]

function normal(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (each instanceof Map) return [...each]
    if (typeof each === 'bigint') return `${each}n`
    if (typeof each === 'number') return String(each)
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
  })
}

function full(text: string): string {
  try {
    const node = readDocument(text, 'file')
    const place = { kind: 'file', file: 'file', line: 1, column: 1 } as const
    return normal(node.kind === 'null' ? { kind: 'map', entries: new Map(), place } : node)
  } catch (error) {
    if (error instanceof ConfigError) return 'refused'
    throw error
  }
}

test('the line reader gives what the full parser gives, or leaves the text to it', () => {
  const random = seededRandom(11)
  const counts = { read: 0, left: 0 }
  const texts = [...TEXTS, ...Array.from({ length: 4000 }, () => mutated(pick(TEXTS, random), random))]
  for (const text of texts) {
    const node = readLines(text, 'file', 200)
    counts[node ? 'read' : 'left']++
    if (node) expect({ text, node: normal(node) }).toEqual({ text, node: full(text) })
  }
  expect(counts.read).toBeGreaterThan(500)
  expect(counts.left).toBeGreaterThan(500)
})

test('an everyday file never needs the full parser', () => {
  expect(readLines(TEXTS[0] ?? '', 'file', 200)).toBeDefined()
})
