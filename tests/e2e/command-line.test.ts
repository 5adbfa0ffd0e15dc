import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startDirectory } from '../../ts/cli/start-directory.ts'
import { cli, scratch, smallData } from './cli.ts'

setDefaultTimeout(600_000)

const folder = scratch()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an unknown command is answered with the nearest one', async () => {
  const { code, stdout, stderr } = await cli(['trian'], folder)
  expect(stderr).toStartWith('error: there is no command "trian": did you mean train?\n')
  expect([code, stdout]).toEqual([2, ''])
})

test('paths are relative to where the command was started, also through `bun run`', async () => {
  const root = join(import.meta.dirname, '../..')
  const child = Bun.spawn([process.execPath, 'run', '--silent', 'predict', 'model=../../nowhere.onnx', 'x'], {
    cwd: join(root, 'docs'),
    stderr: 'pipe',
  })
  expect(await new Response(child.stderr).text()).toContain('../../nowhere.onnx')
  const place = (env: Record<string, string>, cwd = '/p') => startDirectory('train', cwd, env, '/p')
  const bun = {
    npm_lifecycle_event: 'train',
    npm_config_user_agent: 'bun/1.4.5',
    npm_config_local_prefix: '/p/sub',
  }
  expect(place(bun)).toBe('/p/sub')
  expect(place({ ...bun, npm_config_user_agent: 'npm/10', INIT_CWD: '/p/other' })).toBe('/p/other')
  expect(place({ ...bun, npm_lifecycle_event: 'test' })).toBe('/p')
  expect(place(bun, '/elsewhere')).toBe('/elsewhere')
  expect(place({})).toBe('/p')
})

test('of a sweep, --json prints its results alone', async () => {
  const data = await smallData(folder)
  const words = ['data.image_size=32', 'trainer.max_epochs=1', 'callbacks=none', 'seed=1,2', '--json']
  const places = [`hydra.sweep.dir=${join(folder, 'sweep')}`, `data.data_root=${data}`]
  const { code, stdout } = await cli(['train', '-m', ...places, ...words], folder)
  expect(code).toBe(0)
  const { monitor, jobs } = JSON.parse(stdout)
  expect(monitor).toBe('val/acc_top1')
  expect(jobs).toHaveLength(2)
  for (const job of jobs) {
    expect(job).toMatchObject({ status: 'completed', exit_code: 0, epoch: 0 })
    expect(job.score).toBe(job.metrics['val/acc_top1'])
    expect(job.directory).toBe(join(folder, 'sweep', String(job.job)))
  }
})

test('an operator set that the writer does not know is refused before the model is loaded', async () => {
  for (const opset of ['12', '22', '17.5']) {
    const { code, stderr } = await cli(['export', 'model=nowhere', `opset=${opset}`], folder)
    expect(stderr).toContain(`opset: must be a whole number from 13 to 21, not`)
    expect(code).toBe(2)
  }
})
