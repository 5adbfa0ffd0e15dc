import type { ConfigNode, MapNode } from '../node.ts'
import { yamlFloatText } from './number-text.ts'
import { scalarStyle } from './scalar-style.ts'
import { writeScalar } from './scalar-writer.ts'

/** A longer key is written in the `? key` form. */
const SIMPLE_KEY_LENGTH = 128

/** The YAML text that OmegaConf writes for a node, byte for byte: block style, two spaces, insertion order. */
export function dumpYaml(node: ConfigNode): string {
  const out: string[] = []
  if (node.kind === 'map' && node.entries.size > 0) writeMap(node, 0, out, true)
  else if (node.kind === 'list' && node.items.length > 0) writeList(node.items, 0, out, true)
  else if (node.kind === 'map') return '{}\n'
  else if (node.kind === 'list') return '[]\n'
  else {
    const text = scalarText(node, 0, 0)
    return /^['"]/.test(text) ? `${text}\n` : `${text}\n...\n`
  }
  return out.join('')
}

/** A scalar as YAML text, folded from `column` on with continuation lines at `indent`. */
export function scalarText(node: ConfigNode, column: number, indent: number): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'bool':
    case 'int':
      return String(node.value)
    case 'float':
      return yamlFloatText(node.value)
    case 'missing':
      return '???'
    case 'str':
    case 'interpolation': {
      const { style } = scalarStyle(node.value, false)
      return writeScalar(node.value, style, { column, indent, fold: true })
    }
    default:
      throw new Error(`no scalar: ${node.kind}`)
  }
}

/** `inline`: the first entry continues a line that already holds `- `. */
function writeMap(map: MapNode, indent: number, out: string[], inline: boolean): void {
  let first = inline
  for (const [key, value] of map.entries) {
    if (!first) out.push(' '.repeat(indent))
    first = false
    const kind = map.keyKinds?.get(key)
    if (kind !== undefined || isSimpleKey(key)) {
      const text = kind === undefined ? writeKey(key, true, 0, 0) : key
      out.push(text, ':')
      writeValue(value, indent, indent + Array.from(text).length + 1, out)
    } else {
      out.push('? ', writeKey(key, false, indent + 2, indent + 2), '\n', ' '.repeat(indent), ': ')
      writeItem(value, indent, out)
    }
  }
}

function isSimpleKey(key: string): boolean {
  const { shape } = scalarStyle(key, true)
  return !shape.empty && !shape.multiline && Array.from(key).length < SIMPLE_KEY_LENGTH
}

function writeKey(key: string, simple: boolean, column: number, indent: number): string {
  return writeScalar(key, scalarStyle(key, simple).style, { column, indent, fold: !simple })
}

function writeValue(value: ConfigNode, indent: number, column: number, out: string[]): void {
  if (value.kind === 'map' && value.entries.size > 0) {
    out.push('\n')
    writeMap(value, indent + 2, out, false)
  } else if (value.kind === 'list' && value.items.length > 0) {
    out.push('\n')
    writeList(value.items, indent, out, false)
  } else if (value.kind === 'map') out.push(' {}\n')
  else if (value.kind === 'list') out.push(' []\n')
  else out.push(' ', scalarText(value, column + 1, indent + 2), '\n')
}

function writeList(items: readonly ConfigNode[], indent: number, out: string[], inline: boolean): void {
  let first = inline
  for (const item of items) {
    if (!first) out.push(' '.repeat(indent))
    first = false
    out.push('- ')
    writeItem(item, indent, out)
  }
}

/** What follows `- ` or `: ` on the same line. */
function writeItem(item: ConfigNode, indent: number, out: string[]): void {
  if (item.kind === 'map' && item.entries.size > 0) writeMap(item, indent + 2, out, true)
  else if (item.kind === 'list' && item.items.length > 0) writeList(item.items, indent + 2, out, true)
  else if (item.kind === 'map') out.push('{}\n')
  else if (item.kind === 'list') out.push('[]\n')
  else out.push(scalarText(item, indent + 2, indent + 2), '\n')
}
