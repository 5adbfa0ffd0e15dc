import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { flatParameters } from '../flat-parameters.ts'
import type { Metric } from './metric-cursor.ts'
import { metricName } from './metric-cursor.ts'
import { type MlflowClient, MlflowError } from './mlflow-client.ts'

const MOST_PARAMETERS = 100
const PARAMETER_LENGTH = 500

const Created = v.object({
  run: v.object({ info: v.object({ run_id: v.string(), artifact_uri: v.string() }) }),
})
const Experiment = v.object({ experiment: v.object({ experiment_id: v.string() }) })
const NewExperiment = v.object({ experiment_id: v.string() })

export interface NewRun {
  readonly experiment: string
  readonly artifactLocation: string | null
  readonly name: string | null
  readonly tags: Readonly<Record<string, unknown>>
}

export interface OpenRun {
  readonly id: string
  readonly artifactUri: string
}

export async function createRun(client: MlflowClient, asked: NewRun): Promise<OpenRun> {
  const experiment_id = await experimentId(client, asked)
  const tags = Object.entries(asked.tags).map(([key, value]) => ({ key, value: asText(value) }))
  const body = {
    experiment_id,
    start_time: Date.now(),
    tags,
    ...(asked.name === null ? {} : { run_name: asked.name }),
  }
  return openRun(await client.post('runs/create', body))
}

/** Goes on with a run. */
export async function reopenRun(client: MlflowClient, id: string): Promise<OpenRun> {
  await client.post('runs/update', { run_id: id, status: 'RUNNING' })
  return openRun(await client.get(`runs/get?run_id=${encodeURIComponent(id)}`))
}

/** A configuration as parameters, within MLflow's limits. */
export function runParameters(config: unknown): Record<string, string> {
  const named = Object.entries(flatParameters(config)).map(
    ([key, value]) => [metricName(key), String(value).slice(0, PARAMETER_LENGTH)] as const,
  )
  return Object.fromEntries(named)
}

export async function sendParameters(
  client: MlflowClient,
  id: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const params = Object.entries(parameters).map(([key, value]) => ({ key, value }))
  for (let at = 0; at < params.length; at += MOST_PARAMETERS)
    await client.post('runs/log-batch', { run_id: id, params: params.slice(at, at + MOST_PARAMETERS) })
}

export async function sendMetrics(
  client: MlflowClient,
  id: string,
  metrics: readonly Metric[],
  most: number,
): Promise<void> {
  for (let at = 0; at < metrics.length; at += most)
    await client.post('runs/log-batch', { run_id: id, metrics: metrics.slice(at, at + most) })
}

/** Puts a file into the run's artifacts, through the server or, where the store is a folder, into it. */
export async function sendArtifact(
  client: MlflowClient,
  { artifactUri }: OpenRun,
  place: string,
  file: string | Uint8Array,
): Promise<void> {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(artifactUri)
  if (proxied) return client.upload(`${(proxied[1] ?? '').replace(/\/+$/, '')}/${place}`, file)
  const folder = artifactUri.startsWith('file:') ? fileURLToPath(artifactUri) : artifactUri
  if (!folder.startsWith('/')) {
    const store = artifactUri.split(':')[0]
    throw new MlflowError(`artifacts go to a store of kind ${store}:, not through the server`, false)
  }
  const target = join(folder, place)
  await mkdir(dirname(target), { recursive: true })
  if (typeof file === 'string') await copyFile(file, target)
  else await writeFile(target, file)
}

async function experimentId(client: MlflowClient, asked: NewRun): Promise<string> {
  const find = `experiments/get-by-name?experiment_name=${encodeURIComponent(asked.experiment)}`
  const found = async (): Promise<string> =>
    checked(Experiment, await client.get(find)).experiment.experiment_id
  try {
    return await found()
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error
  }
  const location = asked.artifactLocation === null ? {} : { artifact_location: asked.artifactLocation }
  try {
    const made = await client.post('experiments/create', { name: asked.experiment, ...location })
    return checked(NewExperiment, made).experiment_id
  } catch (error) {
    // Another run made it meanwhile.
    if (error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS') return await found()
    throw error
  }
}

function openRun(answer: unknown): OpenRun {
  const { info } = checked(Created, answer).run
  return { id: info.run_id, artifactUri: info.artifact_uri }
}

function checked<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, answer)
  if (parsed.success) return parsed.output
  throw new MlflowError('the server sends something else than MLflow does', false)
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
