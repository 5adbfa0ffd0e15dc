import type { ParameterInfo } from '../native/spec.d.ts'

/** What one layer holds and does. */
export interface LayerCost {
  /** `conv1`, `layer1.0.conv1`, `fc`; a batch norm counts with the convolution before it. */
  readonly name: string
  /** The part of the network that it belongs to: `stem`, `layer1` … `layer4`, `head`. */
  readonly stage: string
  readonly parameters: number
  readonly trainable: number
  /** Multiply-accumulates for one image. */
  readonly macs: number
  /** [channels, height, width] of what comes out. */
  readonly output: readonly [channels: number, height: number, width: number]
}

export interface ModelCost {
  /** In the order of the forward pass. */
  readonly layers: readonly LayerCost[]
  readonly parameters: number
  readonly trainable: number
  readonly macs: number
  /** Two for each multiply-accumulate. */
  readonly flops: number
}

type Size = readonly [height: number, width: number]

/** A convolution or the batch norm behind it, by its name in torchvision. */
interface LayerPlace {
  readonly layer: string
  readonly stage: string
  /** A 1 × 1 convolution in front of a strided one still works at the size that comes in. */
  readonly leads: boolean
}

/**
 * The cost of a torchvision ResNet for one image of `input` [height, width], from the names and shapes of its
 * parameters. Convolutions and linear layers count, as with fvcore: `macs` at 224 × 224 are the "GFLOPS" that torchvision
 * publishes. `undefined` where a parameter is none of a ResNet's.
 */
export function resnetCost(parameters: readonly ParameterInfo[], input: Size): ModelCost | undefined {
  const names = new Set(parameters.map(({ name }) => name))
  const layers = new Map<string, LayerCost>()
  for (const { name, shape, trainable } of parameters) {
    const place = placeOf(name, names)
    if (place === undefined) return undefined
    const count = shape.reduce((product, side) => product * side, 1)
    const [outputs = 0, inputs = 0, kernelHeight = 1, kernelWidth = 1] = shape
    const size: Size = place.stage === 'head' ? [1, 1] : sizeAfter(place, input)
    const multiplies = shape.length >= 2
    const known = layers.get(place.layer)
    layers.set(place.layer, {
      name: place.layer,
      stage: place.stage,
      parameters: (known?.parameters ?? 0) + count,
      trainable: (known?.trainable ?? 0) + (trainable ? count : 0),
      macs:
        (known?.macs ?? 0) +
        (multiplies ? outputs * inputs * kernelHeight * kernelWidth * size[0] * size[1] : 0),
      output: [outputs, ...size],
    })
  }
  if (layers.size === 0) return undefined
  const ordered = [...layers.values()].sort(byForwardPass)
  const sum = (of: (layer: LayerCost) => number): number =>
    ordered.reduce((total, layer) => total + of(layer), 0)
  const macs = sum((layer) => layer.macs)
  return {
    layers: ordered,
    parameters: sum((layer) => layer.parameters),
    trainable: sum((layer) => layer.trainable),
    macs,
    flops: 2 * macs,
  }
}

function placeOf(parameter: string, names: ReadonlySet<string>): LayerPlace | undefined {
  if (/^(conv1|bn1)\.(weight|bias)$/.test(parameter)) return { layer: 'conv1', stage: 'stem', leads: false }
  if (/^fc\.(weight|bias)$/.test(parameter)) return { layer: 'fc', stage: 'head', leads: false }
  const match = /^(layer\d)\.(\d+)\.(?:(?:conv|bn)(\d)|downsample\.[01])\.(?:weight|bias)$/.exec(parameter)
  if (!match) return undefined
  const [, stage = '', block = '', index] = match
  const isBottleneck = names.has(`${stage}.0.conv3.weight`)
  return {
    layer: `${stage}.${block}.${index === undefined ? 'downsample.0' : `conv${index}`}`,
    stage,
    leads: isBottleneck && block === '0' && index === '1' && stage !== 'layer1',
  }
}

/** The stem and its max-pool halve the size, and so does each of layer2 … layer4; odd sizes are rounded up. */
function sizeAfter({ stage, leads }: LayerPlace, input: Size): Size {
  const halvings = stage === 'stem' ? 1 : 1 + Number(stage.slice('layer'.length)) - (leads ? 1 : 0)
  const halved = (side: number): number => {
    let left = side
    for (let step = 0; step < halvings; step++) left = Math.ceil(left / 2)
    return left
  }
  return [halved(input[0]), halved(input[1])]
}

const stageOrder = ['stem', 'layer1', 'layer2', 'layer3', 'layer4', 'head']

function byForwardPass(a: LayerCost, b: LayerCost): number {
  const stages = stageOrder.indexOf(a.stage) - stageOrder.indexOf(b.stage)
  return stages || a.name.localeCompare(b.name, 'en', { numeric: true })
}
