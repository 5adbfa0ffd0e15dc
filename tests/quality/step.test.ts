import { describe, expect, test } from 'bun:test'
import { runStep, runSteps } from '../../ts/quality/step.ts'
import { scratchFolder } from '../setup/scratch.ts'

const shell = (name: string, script: string) => ({ name, command: ['sh', '-c', script] })

describe('steps of a check', () => {
  test('keep both streams and the exit code', async () => {
    const folder = scratchFolder()
    const result = await runStep(shell('a', 'echo out; echo err >&2; exit 3'), folder, true)
    expect(result).toMatchObject({ name: 'a', exitCode: 3 })
    expect(result.output.split('\n').sort()).toEqual(['', '', 'err', 'out'])
  })

  test('all run, even after one that failed, and in the folder named', async () => {
    const folder = scratchFolder()
    const steps = [shell('bad', 'exit 1'), shell('good', 'touch done')]
    expect(await runSteps(steps, folder)).toBe(1)
    expect(await Bun.file(`${folder}/done`).exists()).toBe(true)
    expect(await runSteps([shell('good', 'true')], folder)).toBe(0)
  })

  test('what cannot run here is no failure, but on a CI machine', async () => {
    const steps = [{ name: 'linter', command: ['false'], skipped: 'there is no Python' }]
    expect(await runSteps(steps, scratchFolder(), false)).toBe(0)
    expect(await runSteps(steps, scratchFolder(), true)).toBe(1)
  })

  test('a command that does not exist is a failure like any other', async () => {
    const result = await runStep({ name: 'none', command: ['no-such-command-here'] }, scratchFolder())
    expect(result.exitCode).toBe(127)
  })
})
