import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { generateJerseyNumbers } from '../../ts/generate/index.ts'
import { everyPoint, savePoints } from '../../ts/verbs/kill-moments.ts'
import { verifyResume } from '../../ts/verbs/verify-resume.ts'
import { cli, scratch, shortTraining } from './cli.ts'

setDefaultTimeout(1_200_000)

/** More than the fifty of a usual run, where somebody has the time. */
const kills = Number(process.env.CT_KILLS ?? 50)

let folder = ''
beforeEach(() => {
  folder = scratch()
})
afterEach(() => rmSync(folder, { recursive: true }))

test(`${kills} kills at every point of a save leave the run that nobody killed`, async () => {
  const { output: data } = await generateJerseyNumbers({
    output: join(folder, 'data'),
    count: 120,
    seed: 5,
    workers: 0,
  })
  const { kills: killed, runs } = await verifyResume({
    training: shortTraining(data, 2),
    output: join(folder, 'runs'),
    kills,
    moments: everyPoint,
  })
  expect(killed).toHaveLength(kills)
  expect(runs).toBeGreaterThan(0)
  const points = new Set(killed.flatMap((moment) => (moment.kind === 'point' ? [moment.point] : [])))
  if (kills >= 50) expect([...points].sort()).toEqual([...savePoints].sort())
})

test('verify-resume proves it with averages and AdamW, at random moments', async () => {
  const { code, stdout, stderr } = await cli(
    ['verify-resume', 'kills=3', `output=${join(folder, 'runs')}`, '--json'],
    folder,
  )
  expect([code, stderr]).toEqual([0, expect.any(String)])
  const found = JSON.parse(stdout)
  expect(found.kills).toHaveLength(3)
  expect(found.ema_sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('verify-resume names a word that does not fit', async () => {
  const { code, stderr } = await cli(['verify-resume', 'hydra.run.dir=x'], folder)
  expect([code, stderr]).toEqual([2, expect.stringContaining('output=DIR')])
})
