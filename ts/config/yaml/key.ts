import type { ConfigNode, KeyKind, ScalarValue } from '../node.ts'
import { yamlFloatText } from './number-text.ts'

/** A map's key as text, with its kind where it was none; undefined for what cannot be a key. */
export function keyOf(
  node: ConfigNode | ScalarValue,
): { text: string; kind: KeyKind | undefined } | undefined {
  switch (node.kind) {
    case 'str':
    case 'interpolation':
      return { text: node.value, kind: undefined }
    case 'missing':
      return { text: '???', kind: undefined }
    case 'int':
    case 'bool':
      return { text: String(node.value), kind: node.kind }
    case 'float':
      return { text: yamlFloatText(node.value), kind: 'float' }
    default:
      return undefined
  }
}
