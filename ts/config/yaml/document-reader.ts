import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml'
import { ConfigError, type Place } from '../../errors/index.ts'
import {
  type ConfigNode,
  emptyMap,
  type KeyKind,
  type MapNode,
  type ScalarValue,
  setEntry,
  textNode,
} from '../node.ts'
import { keyOf } from './key.ts'
import { MAX_DEPTH } from './limits.ts'
import { floatScalar, integerScalar, plainScalar } from './scalar.ts'

/** Nodes that aliases may add: stops "billion laughs". */
const MAX_ALIASED = 50_000
/** More are no text any more; the full parser would take minutes for them. */
const MAX_OPEN_BRACKETS = 1000

/** Reads any YAML document with the full parser. @throws ConfigError with file, line and column */
export function readDocument(text: string, file: string): ConfigNode {
  const brackets = deepestPlace(text, file, MAX_OPEN_BRACKETS)
  if (brackets) throw tooDeep(brackets)
  const lines = new LineCounter()
  const document = parse(text, file, lines)
  const problem = document.errors[0]
  if (problem?.message.startsWith('Maximum call stack'))
    throw tooDeep(deepestPlace(text, file, MAX_DEPTH) ?? startOf(file))
  if (problem) {
    throw new ConfigError({
      message: `not valid YAML: ${problem.message}`,
      place: { kind: 'file', file, ...position(lines, problem.pos[0]) },
      hint: problem.code === 'TAB_AS_INDENT' ? 'indent with spaces' : undefined,
    })
  }
  const second = secondDocument(text)
  if (second !== undefined) {
    throw new ConfigError({
      message: 'a configuration file holds one document, here a second one starts',
      place: { kind: 'file', file, ...position(lines, second) },
      hint: 'make it a file of its own',
    })
  }
  return new Reader(file, lines).read(document.contents, 0)
}

/** Where content stands behind the end of the first document; the parser stops at it without a word. */
function secondDocument(text: string): number | undefined {
  const end = /^\.\.\.(?=[ \n\r]|$)/m.exec(text)
  if (!end) return undefined
  const content = /^(?!\.\.\.|---|[ \t]*(#|$)).+$/m.exec(text.slice(end.index + 3))
  return content ? end.index + 3 + content.index : undefined
}

function parse(text: string, file: string, lines: LineCounter) {
  try {
    return parseDocument<ParsedNode>(text, {
      schema: 'failsafe',
      merge: false,
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    })
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(deepestPlace(text, file, MAX_DEPTH) ?? startOf(file))
    throw error
  }
}

function tooDeep(place: Place): ConfigError {
  return new ConfigError({
    message: `maps and lists are nested more than ${MAX_DEPTH} deep`,
    place,
    hint: 'check for unclosed brackets',
  })
}

/** Where more than `limit` brackets are open for the first time; quotes are not looked at. */
function deepestPlace(text: string, file: string, limit: number): Place | undefined {
  let depth = 0
  let line = 1
  let lineStart = 0
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '\n') {
      line++
      lineStart = index + 1
    } else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > limit) return { kind: 'file', file, line, column: index - lineStart + 1 }
  }
  return undefined
}

function startOf(file: string): Place {
  return { kind: 'file', file, line: 1, column: 1 }
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

type Key = { text: string; kind: KeyKind | undefined; place: Place }

/** Turns parsed YAML into configuration nodes: scalar rules, merge keys, aliases, duplicate keys, limits. */
class Reader {
  readonly #file: string
  readonly #lines: LineCounter
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  /** Aliases that are being expanded, and nodes that they gave. */
  #aliases = 0
  #aliased = 0

  constructor(file: string, lines: LineCounter) {
    this.#file = file
    this.#lines = lines
  }

  read(node: Node | null, depth: number, fallback?: Place): ConfigNode {
    if (node === null) return { kind: 'null', place: fallback }
    const place = this.#place(node)
    if (this.#aliases > 0 && ++this.#aliased > MAX_ALIASED) {
      throw new ConfigError({
        message: `more than ${MAX_ALIASED} values after the aliases are expanded`,
        place,
        hint: 'use fewer nested aliases',
      })
    }
    if (depth > MAX_DEPTH) throw tooDeep(place)
    if (isAlias(node)) {
      this.#aliases++
      const value = this.read(this.#target(node.source, place), depth + 1, place)
      this.#aliases--
      return value
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#open.add(node)
    const value = this.#value(node, place, depth)
    this.#open.delete(node)
    return value
  }

  #value(node: Node, place: Place, depth: number): ConfigNode {
    if (isSeq(node)) {
      this.#requireTag(node.tag, 'seq', place)
      return {
        kind: 'list',
        items: node.items.map((item) => this.read(item as Node | null, depth + 1, place)),
        place,
      }
    }
    if (isMap(node)) {
      this.#requireTag(node.tag, 'map', place)
      return this.#map(node.items as readonly YamlPair[], place, depth)
    }
    if (isScalar(node)) return { ...this.#scalar(node, place), place }
    throw new ConfigError({ message: 'a value that is neither map, list nor scalar', place })
  }

  /** Values are read in the order of the text, as anchors need it; merged keys stand first, own ones win over them. */
  #map(pairs: readonly YamlPair[], place: Place, depth: number): MapNode {
    const map = emptyMap({ place })
    const own = new Map<string, { key: Key; value: ConfigNode }>()
    for (const pair of pairs) {
      if (isMergeKey(pair.key)) {
        mergeKeys(map, this.read(pair.value, depth + 1))
        continue
      }
      const key = this.#key(pair.key, place)
      const first = own.get(key.text)?.key.place
      if (first !== undefined) {
        const where = first.kind === 'file' ? ` (line ${first.line}, column ${first.column})` : ''
        throw new ConfigError({
          key: key.text,
          message: `duplicate key '${key.text}': it is already set above${where}`,
          place: key.place,
          hint: 'remove one of the two',
        })
      }
      own.set(key.text, { key, value: this.read(pair.value, depth + 1, key.place) })
    }
    for (const { key, value } of own.values())
      setEntry(map, key.text, { ...value, keyPlace: key.place }, key.kind)
    return map
  }

  #key(node: Node | null, mapPlace: Place): Key {
    if (node === null)
      throw new ConfigError({ message: 'a key is missing before the colon', place: mapPlace })
    const place = this.#place(node)
    if (isMap(node) || isSeq(node)) {
      throw new ConfigError({ message: `a ${isMap(node) ? 'map' : 'list'} cannot be a key`, place })
    }
    const value = this.read(node, 0)
    const key = keyOf(value)
    if (key) return { ...key, place }
    if (value.kind === 'null') {
      throw new ConfigError({ message: 'null cannot be a key', place, hint: "quote it: 'null'" })
    }
    throw new ConfigError({ message: `a ${value.kind} cannot be a key`, place })
  }

  #scalar(
    node: { value: unknown; type?: unknown; tag?: string; source?: string },
    place: Place,
  ): ScalarValue {
    const text = String(node.value ?? '')
    const tag = node.tag?.replace('tag:yaml.org,2002:', '')
    if (tag === undefined) return node.type === 'PLAIN' ? plainScalar(text) : textNode(text)
    if (tag === 'str' || tag === '!') return textNode(text)
    const plain = plainScalar(text)
    if (tag === plain.kind) return plain
    if (tag === 'int') return integerScalar(text) ?? this.#badTag(tag, text, place)
    if (tag === 'float') {
      const float = floatScalar(text)
      if (float) return float
      if (plain.kind === 'int') return { kind: 'float', value: Number(plain.value) }
    }
    return this.#badTag(node.tag ?? '', text, place)
  }

  #badTag(tag: string, text: string, place: Place): never {
    throw new ConfigError({
      message: `the tag ${tag} does not fit '${text}' or is not known`,
      place,
      hint: 'remove the tag',
    })
  }

  #requireTag(tag: string | undefined, name: 'map' | 'seq', place: Place): void {
    if (tag !== undefined && tag !== `tag:yaml.org,2002:${name}`) this.#badTag(tag, name, place)
  }

  #target(name: string, place: Place): Node {
    const target = this.#anchors.get(name)
    if (target === undefined) {
      throw new ConfigError({
        message: `the alias *${name} has no anchor &${name} above it`,
        place,
        suggestions: [],
      })
    }
    if (this.#open.has(target))
      throw new ConfigError({ message: `the alias *${name} contains itself`, place })
    return target
  }

  #place(node: Node): Place {
    return { kind: 'file', file: this.#file, ...position(this.#lines, node.range?.[0] ?? 0) }
  }
}

/** Puts the keys behind a merge key `<<` into a map; of a list of maps, the first that has a key wins. */
function mergeKeys(map: MapNode, value: ConfigNode): void {
  const sources = value.kind === 'list' ? [...value.items].reverse() : [value]
  for (const source of sources) {
    if (source.kind !== 'map') {
      throw new ConfigError({
        message: 'the merge key << takes a map or a list of maps',
        place: source.place ?? value.place,
      })
    }
    for (const [key, node] of source.entries) setEntry(map, key, node, source.keyKinds?.get(key))
  }
}

interface YamlPair {
  readonly key: Node | null
  readonly value: Node | null
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && key.tag === undefined
}
