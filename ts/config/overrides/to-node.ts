import type { Place } from '../../errors/index.ts'
import { type ConfigNode, emptyMap, type KeyKind, type Origin, setEntry, textNode } from '../node.ts'
import { yamlFloatText } from '../yaml/number-text.ts'
import type { Element, Override, Primitive } from './value.ts'

/** A value of the command line as a configuration node, each part with its column. */
export function elementNode(element: Element, override: Override): ConfigNode {
  const place: Place = {
    kind: 'override',
    text: override.text,
    argument: override.argument,
    column: element.column ?? override.valueColumn,
  }
  const origin: Origin = { place, keyPlace: { ...place, column: override.keyColumn } }
  switch (element.kind) {
    case 'list':
      return { ...origin, kind: 'list', items: element.items.map((item) => elementNode(item, override)) }
    case 'dict': {
      const map = emptyMap(origin)
      for (const { key, value } of element.entries) {
        const { text, kind } = keyOf(key)
        const keyPlace: Place = { ...place, column: key.column ?? place.column }
        setEntry(map, text, { ...elementNode(value, override), keyPlace }, kind)
      }
      return map
    }
    case 'str':
      return { ...origin, ...textNode(element.value) }
    case 'int':
      return { ...origin, kind: 'int', value: element.value }
    case 'float':
      return { ...origin, kind: 'float', value: element.value }
    case 'bool':
      return { ...origin, kind: 'bool', value: element.value }
    case 'null':
      return { ...origin, kind: 'null' }
  }
}

function keyOf(key: Primitive): { text: string; kind: KeyKind | undefined } {
  switch (key.kind) {
    case 'str':
      return { text: key.value, kind: undefined }
    case 'null':
      return { text: 'null', kind: 'null' }
    case 'float':
      return { text: yamlFloatText(key.value), kind: 'float' }
    default:
      return { text: String(key.value), kind: key.kind }
  }
}
