import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CliResult, cli, scratch, smallData, smallTraining } from './cli.ts'

setDefaultTimeout(300_000)

const secrets = {
  variable: 'f00dfeed-variable',
  netrc: 'f00dfeed-netrc',
  config: 'f00dfeed-config',
  tag: 'f00dfeed-tag',
  address: 'f00dfeed-address',
  token: 'f00dfeed-token',
}

function leaks(folder: string, { stdout, stderr }: CliResult): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  expect(files.length).toBeGreaterThan(5)
  const texts = files.map(({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path, readFileSync(path).toString('latin1')] as const
  })
  return [...texts, ['stdout', stdout] as const, ['stderr', stderr] as const].flatMap(([place, text]) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      text.includes(secret) ? [`${name} in ${place}`] : [],
    ),
  )
}

test('no key, from a variable, netrc, the configuration or an address, stands in anything that a run leaves', async () => {
  const folder = scratch()
  const data = await smallData(folder)
  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(join(home, '.netrc'), `machine api.wandb.ai login user password ${secrets.netrc}\n`)
  const environment = {
    HOME: home,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
    WANDB_API_KEY: secrets.variable,
    MLFLOW_TRACKING_TOKEN: secrets.token,
  }
  const logging = [
    'logging=wandb',
    'logging.wandb.offline=true',
    `+logging.wandb.config={api_key: ${secrets.config}, note: "${secrets.variable}"}`,
    '+logging.mlflow._target_=mlflow',
    `+logging.mlflow.tracking_uri=http://me:${secrets.address}@127.0.0.1:9`,
    `+logging.mlflow.tags={password: ${secrets.tag}}`,
    '+logging.tensorboard._target_=tensorboard',
  ]
  const run = join(folder, 'run')
  const done = await cli(smallTraining(data, run, 'trainer.max_epochs=1', ...logging), folder, environment)
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('mlflow:')])
  expect(leaks(run, done)).toEqual([])

  const wrong = await cli(
    smallTraining(data, join(folder, 'wrong'), `+logging.wandb.api_key=${secrets.config}`, ...logging),
    folder,
    environment,
  )
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('api_key')])
  const nowhere = await cli(
    smallTraining(`http://me:${secrets.address}@127.0.0.1:9/data`, join(folder, 'nowhere'), ...logging),
    folder,
    environment,
  )
  expect(nowhere.code).not.toBe(0)
  for (const { stdout, stderr } of [wrong, nowhere])
    for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret)
})
