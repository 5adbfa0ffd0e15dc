import type { ConfigNode, ScalarNode } from '../node.ts'

const fetchers = ['get_object', 'get_method', 'get_class', 'get_static_method']

/**
 * A Python object that a tree fetches by name, as that name: `{_target_: hydra.utils.get_object, path: torch.float32}`
 * and `{_target_: torchvision.transforms.InterpolationMode, value: bicubic}`. `undefined` for anything else.
 */
export function objectName(node: ConfigNode): ScalarNode | undefined {
  if (node.kind !== 'map') return undefined
  const target = node.entries.get('_target_')
  if (target?.kind !== 'str') return undefined
  const name = target.value.slice(target.value.lastIndexOf('.') + 1)
  if (target.value.startsWith('hydra.utils.') && fetchers.includes(name))
    return text(node.entries.get('path'))
  if (name !== 'InterpolationMode' && name !== 'AutoAugmentPolicy') return undefined
  const positional = node.entries.get('_args_')
  return text(node.entries.get('value') ?? (positional?.kind === 'list' ? positional.items[0] : undefined))
}

const text = (node: ConfigNode | undefined): ScalarNode | undefined =>
  node?.kind === 'str' ? node : undefined
