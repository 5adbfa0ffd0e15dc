import type { DatasetSummary } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'
import type { Report } from '../schema/report.ts'

/**
 * The number of classes is the data's. A number in the configuration that disagrees is an error, unless it comes from a
 * Python tree, where it is a constant that nobody keeps current: then the data wins with a warning.
 */
export function checkClassCounts(config: Config, summary: DatasetSummary, report: Report): void {
  const found = summary.classes.length
  const { num_classes, _target_ } = config.model
  if (num_classes !== null) disagree('model.num_classes', num_classes, found, _target_ !== undefined, report)
  for (const { key, target, options } of config.callbacks) {
    const said = countOf(options)
    if (said !== undefined)
      disagree(`callbacks.${key}.num_classes`, said, found, target.includes('.'), report)
  }
}

function disagree(key: string, said: number, found: number, ofPythonTree: boolean, report: Report): void {
  if (said === found) return
  const message = `says ${said} classes, the data has ${found}`
  if (ofPythonTree) report.warning({ key, message: `${message}; the data counts` })
  else report.problem({ key, message, hint: 'leave it out: the number is taken from the data' })
}

function countOf(options: unknown): number | undefined {
  if (typeof options !== 'object' || options === null || !('num_classes' in options)) return undefined
  return typeof options.num_classes === 'number' ? options.num_classes : undefined
}
