import { plainTable } from '../text/plain-table.ts'
import type { LayerCost, ModelCost } from './model-cost.ts'

/** Columns of {@link modelRows}. */
export const modelColumns = ['layer', 'output', 'parameters', 'trainable', 'MMACs'] as const

/** One row a layer, or one a stage, and the total. */
export function modelRows(cost: ModelCost, byStage: boolean): (string | number)[][] {
  const layers = byStage ? stages(cost.layers) : cost.layers
  const rows = layers.map(({ name, output, parameters, trainable, macs }) => [
    name,
    output.join(' × '),
    parameters,
    trainable,
    Number((macs / 1e6).toFixed(2)),
  ])
  const total = Number((cost.macs / 1e6).toFixed(2))
  return [...rows, ['total', '', cost.parameters, cost.trainable, total]]
}

/** The same as text, with thousands apart. */
export function modelTable(cost: ModelCost, byStage: boolean): string {
  const rows = modelRows(cost, byStage).map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  )
  return plainTable(modelColumns, rows)
}

function stages(layers: readonly LayerCost[]): LayerCost[] {
  const merged = new Map<string, LayerCost>()
  for (const layer of layers) {
    const known = merged.get(layer.stage)
    merged.set(layer.stage, {
      ...layer,
      name: layer.stage,
      parameters: (known?.parameters ?? 0) + layer.parameters,
      trainable: (known?.trainable ?? 0) + layer.trainable,
      macs: (known?.macs ?? 0) + layer.macs,
    })
  }
  return [...merged.values()]
}
