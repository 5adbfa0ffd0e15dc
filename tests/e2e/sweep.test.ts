import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cli, json, scratch, smallData, smallTraining, spawnCli } from './cli.ts'

setDefaultTimeout(300_000)

test('a sweep side by side that is interrupted goes on, and shows what came of it', async () => {
  const folder = scratch()
  const data = await smallData(folder)
  const words = [
    ...smallTraining(data, 'unused', 'callbacks=none', 'model.learning_rate=1e-3,2e-3,4e-3'),
    '-m',
    'hydra/launcher=local',
    'hydra.launcher.n_jobs=2',
    `hydra.sweep.dir=${join(folder, 'sweep')}`,
  ]
  const first = spawnCli(words, folder)
  const metrics = join(folder, 'sweep/0/metrics.jsonl')
  while (!existsSync(metrics) || Bun.file(metrics).size === 0) await Bun.sleep(20)
  first.kill('SIGTERM')
  expect(await first.exited).toBe(75)

  const { code, stdout } = await cli(words, folder)
  expect(code).toBe(0)
  const summaries = await Promise.all(
    [0, 1, 2].map((trial) => json(join(folder, `sweep/${trial}/summary.json`))),
  )
  expect(summaries.map(({ status, epochs }) => [status, epochs])).toEqual(Array(3).fill(['completed', 2]))
  expect(new Set(summaries.map(({ weights_sha256 }) => weights_sha256)).size).toBe(3)
  const threads = await json(join(folder, 'sweep/1/plan.json'))
  expect(threads.plan.machine.threads).toBe(Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)))
  for (const trial of ['#0', '#1', '#2']) expect(stdout).toContain(`│ ${trial} `)

  const again = await cli(words, folder)
  expect(again.stdout).toContain('3 of 3 jobs are already completed')
})
