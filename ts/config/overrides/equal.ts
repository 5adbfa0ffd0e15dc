import type { ConfigNode } from '../node.ts'

/** Python's `==` between values: 1, 1.0 and true are the same number. */
export function equalNodes(one: ConfigNode, other: ConfigNode): boolean {
  const [left, right] = [numberOf(one), numberOf(other)]
  if (left !== undefined && right !== undefined) return left === right || Number(left) === Number(right)
  if (one.kind === 'map' && other.kind === 'map') {
    if (one.entries.size !== other.entries.size) return false
    return [...one.entries].every(([key, value]) => {
      const counterpart = other.entries.get(key)
      return counterpart !== undefined && equalNodes(value, counterpart)
    })
  }
  if (one.kind === 'list' && other.kind === 'list') {
    if (one.items.length !== other.items.length) return false
    return one.items.every((item, index) => {
      const counterpart = other.items[index]
      return counterpart !== undefined && equalNodes(item, counterpart)
    })
  }
  const [leftText, rightText] = [textOf(one), textOf(other)]
  if (leftText !== undefined || rightText !== undefined) return leftText === rightText
  return one.kind === other.kind
}

function numberOf(node: ConfigNode): number | bigint | undefined {
  if (node.kind === 'int' || node.kind === 'float') return node.value
  return node.kind === 'bool' ? Number(node.value) : undefined
}

function textOf(node: ConfigNode): string | undefined {
  return node.kind === 'str' || node.kind === 'interpolation' ? node.value : undefined
}
