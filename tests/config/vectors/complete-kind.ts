import { expect } from 'bun:test'
import { complete } from '../../../ts/config/show/completion.ts'
import { checkVector } from './expectation.ts'
import type { Setup } from './setup.ts'
import { optionalText, textOf, texts, type Vector } from './vector.ts'

/** The candidates for a line. */
export function checkComplete(vector: Vector, setup: Setup): Promise<void> {
  return checkVector(
    vector,
    () => {
      const { configDir, root, env } = setup.directory(vector)
      const configName = optionalText(vector.input.entries.get('config_name')) ?? 'config'
      const options = { configDir, configName, cwd: root, env, jobName: 'train' }
      return complete(textOf(vector.input.entries.get('line')), options)
    },
    (found: string[]) => expect(found).toEqual(texts(vector.expect.entries.get('list'))),
  )
}
