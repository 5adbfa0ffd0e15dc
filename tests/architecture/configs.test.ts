import { describe, expect, test } from 'bun:test'
import { parseCommandLine } from '../../ts/config/command-line.ts'
import { composeTraining, typedConfig } from '../../ts/verbs/compose-training.ts'
import { filesLike, textOf } from './source-files.ts'

const files = filesLike('configs/**/*.yaml').map((file) => file.slice('configs/'.length, -'.yaml'.length))
const options = files.filter((file) => file.includes('/'))

/** Composes as the command does, and reads the result as the training would. */
function typed(...words: string[]): unknown {
  return typedConfig(composeTraining(parseCommandLine(words))).config
}

describe('every file of configs/', () => {
  test('there are some', () => {
    expect(files).toContain('train')
    expect(options.length).toBeGreaterThan(10)
  })

  test.each(files.filter((file) => !options.includes(file)))('%s is a configuration', (name) => {
    expect(typed('--config-name', name, 'data.data_root=somewhere')).toBeDefined()
  })

  test.each(options)('%s fits into the default one', (option) => {
    const [group, choice] = [option.slice(0, option.lastIndexOf('/')), option.split('/').at(-1)]
    const word = isChosen(group) || group?.startsWith('hydra/') ? `${group}=${choice}` : `+${group}=${choice}`
    expect(typed(word, 'data.data_root=somewhere')).toBeDefined()
  })
})

/** Whether the defaults list names the group. */
function isChosen(group: string): boolean {
  return new RegExp(`^\\s*-\\s*(override |optional )?/?${group}:`, 'm').test(textOf('configs/train.yaml'))
}
