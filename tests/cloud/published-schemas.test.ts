import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { parse } from 'yaml'
import type { CloudJob } from '../../ts/cloud/cloud-job.ts'
import { KubernetesOptions, SkypilotOptions, VertexOptions } from '../../ts/cloud/cloud-options.ts'
import { kubernetesJob } from '../../ts/cloud/kubernetes.ts'
import { skypilotTask } from '../../ts/cloud/skypilot.ts'
import { vertexJob } from '../../ts/cloud/vertex.ts'
import { type Schema, schemaProblems } from '../quality/schema-problems.ts'
import { image } from './cloud-sweep.ts'

const root = join(import.meta.dir, '../..')
const schema = (name: string): Schema =>
  JSON.parse(readFileSync(join(root, `tests/fixtures/cloud-schemas/${name}.json`), 'utf8'))

const job: CloudJob = {
  name: 'ct-sweep-0',
  number: 0,
  args: ['train', 'data.data_root=/gcs/my-data/a', 'hydra.run.dir=gs://my-bucket/runs/0'],
  env: { LEVEL: '3' },
  runFolder: 'gs://my-bucket/runs/0',
  buckets: ['my-data'],
}
const shared = { _target_: 'x', image, bucket: 'gs://my-bucket/runs', project: 'my-project' }
const { project: _, ...others } = shared
const gpus = ['none', 't4', 'l4', 'a100', 'h100']

describe('what the clouds publish accepts', () => {
  test.each(gpus)('a custom job of Vertex AI with gpu=%s', (gpu) => {
    const options = v.parse(VertexOptions, {
      ...shared,
      gpu,
      service_account: 'ct@my-project.iam.gserviceaccount.com',
    })
    expect(schemaProblems(vertexJob(job, options), schema('vertex-custom-job'))).toEqual([])
  })

  test.each(gpus)('a task of SkyPilot with gpu=%s', (gpu) => {
    const options = v.parse(SkypilotOptions, {
      ...others,
      gpu,
      infra: 'gcp/us-central1',
      secrets: ['WANDB_API_KEY'],
    })
    expect(schemaProblems(skypilotTask(job, options), schema('skypilot-task'))).toEqual([])
  })

  test.each(gpus)('an Indexed Job of Kubernetes with gpu=%s', (gpu) => {
    const options = v.parse(KubernetesOptions, {
      ...others,
      gpu,
      secret: 'wandb',
      service_account: 'trainer',
    })
    expect(
      schemaProblems(kubernetesJob([job, job], 'ct-a', options, 'WORDS'), schema('kubernetes-job')),
    ).toEqual([])
  })

  test('cloudbuild.yaml', () => {
    const build = parse(readFileSync(join(root, 'cloudbuild.yaml'), 'utf8')) as unknown
    expect(schemaProblems(build, schema('cloud-build'))).toEqual([])
  })
})

describe('and refuses', () => {
  const spec = vertexJob(job, v.parse(VertexOptions, shared))
  const replaced = (from: string, to: string): unknown => JSON.parse(JSON.stringify(spec).replace(from, to))
  test.each([
    ['a GPU that there is not', replaced('NVIDIA_TESLA_T4', 'NVIDIA_T4'), 'NVIDIA_T4 is none of'],
    [
      'a misspelt key',
      replaced('imageUri', 'imageURI'),
      '/workerPoolSpecs/0/containerSpec/imageURI: there is no such key',
    ],
    ['a strategy that there is not', replaced('"SPOT"', '"CHEAP"'), 'CHEAP is none of'],
    ['text for a number', replaced('"acceleratorCount":1', '"acceleratorCount":"one"'), 'must be integer'],
  ])('%s', (_what, value, problem) => {
    expect(schemaProblems(value, schema('vertex-custom-job')).join()).toContain(problem)
  })

  test('a machine that Cloud Build has not', () => {
    const build = parse(
      readFileSync(join(root, 'cloudbuild.yaml'), 'utf8').replace('E2_HIGHCPU_32', 'E2_HUGE'),
    )
    expect(schemaProblems(build, schema('cloud-build')).join()).toContain('E2_HUGE is none of')
  })

  test('a policy that Kubernetes has not', () => {
    const options = v.parse(KubernetesOptions, others)
    const text = JSON.stringify(kubernetesJob([job], 'ct-a', options, 'WORDS'))
    const wrong = (from: string, to: string) =>
      schemaProblems(JSON.parse(text.replace(from, to)), schema('kubernetes-job'))
    expect(wrong('"backoffLimitPerIndex":3', '"backoffLimitPerIndex":"3"').join()).toContain(
      'must be integer',
    )
    expect(wrong('podFailurePolicy', 'podFailPolicy').join()).toContain('podFailPolicy: there is no such key')
  })
})
