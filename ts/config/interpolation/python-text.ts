import type { ConfigNode } from '../node.ts'
import { floatText } from '../yaml/number-text.ts'

/** What Python's `str()` gives for a value that is put into a text. */
export function pythonText(node: ConfigNode): string {
  switch (node.kind) {
    case 'str':
    case 'interpolation':
      return node.value
    case 'missing':
      return '???'
    default:
      return pythonRepr(node)
  }
}

function pythonRepr(node: ConfigNode): string {
  switch (node.kind) {
    case 'null':
      return 'None'
    case 'bool':
      return node.value ? 'True' : 'False'
    case 'int':
      return String(node.value)
    case 'float':
      return floatText(node.value)
    case 'missing':
      return "'???'"
    case 'str':
    case 'interpolation':
      return quotedRepr(node.value)
    case 'list':
      return `[${node.items.map(pythonRepr).join(', ')}]`
    case 'map': {
      const entries = [...node.entries].map(([key, value]) => {
        const name = node.keyKinds?.has(key) ? key : quotedRepr(key)
        return `${name}: ${pythonRepr(value)}`
      })
      return `{${entries.join(', ')}}`
    }
  }
}

function quotedRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll(quote, `\\${quote}`)
  return `${quote}${escaped}${quote}`
}
