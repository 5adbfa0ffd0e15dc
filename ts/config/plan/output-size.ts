import type { Transform } from '../../native/spec.d.ts'

/** [height, width] that a pipeline gives to every image, or `undefined` where it depends on the image. */
export function outputSize(transforms: readonly Transform[]): readonly [number, number] | undefined {
  return transforms.reduce<readonly [number, number] | undefined>(
    (size, step) => after(step, size),
    undefined,
  )
}

type Size = readonly [number, number] | undefined

function after(step: Transform, size: Size): Size {
  switch (step.kind) {
    case 'center_crop':
    case 'random_resized_crop':
    case 'random_crop':
      return step.size
    case 'resize':
      return resized(step.size, step.max_size, size)
    case 'pad': {
      const [left, top, right, bottom] = step.padding
      return size && [size[0] + top + bottom, size[1] + left + right]
    }
    case 'compose':
      return step.transforms.reduce<Size>((before, inner) => after(inner, before), size)
    case 'random_apply':
    case 'random_order':
    case 'random_choice':
      return step.transforms.every((inner) => same(after(inner, size), size)) ? size : undefined
    case 'random_rotation':
      return step.expand ? undefined : size
    case 'scale_jitter':
    case 'random_shortest_size':
      return undefined
    case 'random_zoom_out':
      return step.p === 0 || step.side_range[1] === 1 ? size : undefined
    default:
      return size
  }
}

/** A fixed size in, or both sides given, makes a fixed size out. */
function resized(sides: readonly number[], longest: number | null, size: Size): Size {
  const [height, width] = sides
  if (height !== undefined && width !== undefined) return [height, width]
  if (size === undefined || height === undefined) return undefined
  const [short, long] = size[0] <= size[1] ? size : [size[1], size[0]]
  if (longest !== null && (height * long) / short > longest) return undefined
  const scaled = Math.trunc((height * long) / short)
  return size[0] <= size[1] ? [height, scaled] : [scaled, height]
}

const same = (a: Size, b: Size): boolean => a?.[0] === b?.[0] && a?.[1] === b?.[1]
