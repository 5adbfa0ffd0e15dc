import { describe, expect, test } from 'bun:test'
import { readPipeline } from '../../ts/config/registry/read-pipeline.ts'
import { Report } from '../../ts/config/schema/report.ts'
import cases from '../fixtures/torchvision-arguments/arguments.json'
import { nodeOf } from './nodes.ts'

/** What torchvision accepts when it is made and refuses at the first image: refused at once here. */
const refusedEarly = ['RandomCrop {"size":32,"padding_mode":"wrap"}', 'RandomErasing {"value":[1,2]}']

function stepOf(className: string, options: object) {
  const report = new Report()
  const node = nodeOf([{ _target_: `torchvision.transforms.v2.${className}`, ...options }])
  const steps = readPipeline(node, 'transforms.train', report)
  return { step: steps?.[0], problems: report.problems }
}

/** The spec writes both axes of a shear out. */
const expected = (key: string, value: unknown): unknown =>
  key === 'shear' && Array.isArray(value) && value.length === 2 ? [...value, 0, 0] : value

describe('arguments as torchvision 0.26 takes them', () => {
  for (const row of cases) {
    const name = `${row.class} ${JSON.stringify(row.arguments)}`
    const accepted = row.accepted && !refusedEarly.includes(name)
    test(`${name} is ${accepted ? 'accepted' : 'refused'}`, () => {
      const { step, problems } = stepOf(row.class, row.arguments)
      expect(problems.length === 0).toBe(accepted)
      if (!accepted) return
      for (const [key, value] of Object.entries(row.stored ?? {}))
        expect((step as unknown as Record<string, unknown>)[key]).toEqual(expected(key, value))
    })
  }
})
