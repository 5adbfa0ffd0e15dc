import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { indexedWords } from '../../ts/cli/indexed-words.ts'
import type { kubernetesJob } from '../../ts/cloud/kubernetes.ts'
import type { skypilotTask } from '../../ts/cloud/skypilot.ts'
import type { vertexJob } from '../../ts/cloud/vertex.ts'
import { put, scratchFolder } from '../setup/scratch.ts'
import { type CloudSweep, cloudSweep, image } from './cloud-sweep.ts'

setDefaultTimeout(120_000)

type Vertex = ReturnType<typeof vertexJob>
type Task = ReturnType<typeof skypilotTask>
type Job = ReturnType<typeof kubernetesJob>

const project = 'hydra.launcher.project=my-project'
const swept = ['model.learning_rate=1e-3,3e-4', 'data.data_root=/gcs/my-data/jerseys', 'seed=7']

describe('the files of a sweep', () => {
  const files = (launcher: string, ...words: string[]) =>
    parseAllDocuments(
      cloudSweep(launcher, ...words)
        .run('--dry-run', ...swept)
        .out.replace(/^#\d.*\n/gm, ''),
    ).map((document) => document.toJS() as unknown)

  test('differ only in the launcher', () => {
    const vertex = files('vertex', project) as Vertex[]
    const tasks = files('skypilot') as Task[]
    const [cluster] = files('kubernetes') as [Job]
    expect([vertex.length, tasks.length]).toEqual([2, 2])
    const container = cluster.spec.template.spec.containers[0]
    const words = container?.env.find(({ name }) => name === 'CLASSIFIER_TRAINING_INDEXED_WORDS')?.value ?? ''
    const clean = (texts: readonly string[]): string[] =>
      texts.map((text) => text.replace(/mount:\/\/\S*\/bucket/, 'BUCKET'))
    for (const trial of [0, 1]) {
      const spec = vertex[trial]?.workerPoolSpecs[0]?.containerSpec
      const expected = [
        'train',
        `model.learning_rate=${['0.001', '0.0003'][trial]}`,
        'data.data_root=/gcs/my-data/jerseys',
        'seed=7',
        `hydra.run.dir=BUCKET/runs/dry-run/${trial}`,
      ]
      expect(clean(spec?.args ?? [])).toEqual(expected)
      expect(clean(tasks[trial]?.run.trim().split(' ').slice(3) ?? [])).toEqual(expected)
      expect(clean((JSON.parse(words) as string[][])[trial] ?? [])).toEqual(expected.slice(1))
      expect(spec?.imageUri).toBe(image)
      expect(tasks[trial]?.resources.image_id).toBe(`docker:${image}`)
      expect(container?.image).toBe(image)
      expect(tasks[trial]?.file_mounts).toEqual({ '/gcs/my-data': { source: 'gs://my-data', mode: 'MOUNT' } })
    }
  })

  test('show what is asked for', () => {
    const words = ['hydra.launcher.gpu=l4', 'hydra.launcher.spot=false', '+hydra.launcher.env.LEVEL=3']
    const [vertex] = files('vertex', project, ...words, 'hydra.launcher.hours=2') as Vertex[]
    expect(vertex).toMatchObject({
      workerPoolSpecs: [
        {
          machineSpec: { machineType: 'g2-standard-8', acceleratorType: 'NVIDIA_L4', acceleratorCount: 1 },
          containerSpec: { env: [{ name: 'LEVEL', value: '3' }] },
        },
      ],
      scheduling: { strategy: 'STANDARD', timeout: '7200s', restartJobOnWorkerRestart: true },
    })
    const [task] = files('skypilot', ...words, 'hydra.launcher.secrets=[WANDB_API_KEY]') as Task[]
    expect(task).toMatchObject({
      resources: {
        accelerators: 'L4:1',
        use_spot: false,
        job_recovery: { recover_on_exit_codes: [75, 143] },
      },
      envs: { LEVEL: '3' },
      secrets: { WANDB_API_KEY: null },
    })
    const [job] = files('kubernetes', ...words, 'hydra.launcher.secret=wandb') as [Job]
    expect(job.spec.template.spec).toMatchObject({
      nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-l4' },
      containers: [
        { envFrom: [{ secretRef: { name: 'wandb' } }], resources: { limits: { 'nvidia.com/gpu': '1' } } },
      ],
    })
  })

  test('pass hostile words on as words', () => {
    const hostile = `data.data_root='a"; touch evil; $(touch evil) \`touch evil\` \\'b\\''`
    const sweep = cloudSweep('skypilot')
    const { out, err } = sweep.run('--dry-run', hostile, 'seed=1')
    expect(err).not.toContain('error')
    const task = parse(out.replace(/^#\d.*\n/gm, '')) as Task
    const folder = scratchFolder()
    put(join(folder, 'bun'), '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    Bun.spawnSync(['chmod', '+x', join(folder, 'bun')])
    const said = Bun.spawnSync(['/bin/sh', '-c', task.run], {
      cwd: folder,
      env: { PATH: `${folder}:/bin:/usr/bin` },
    })
    const words = said.stdout.toString().trim().split('\n')
    expect(words[2]).toContain('; touch evil; $(touch evil) `touch evil`')
    expect(words.length).toBe(5)
    expect(Bun.file(join(folder, 'evil')).size).toBe(0)
  })
})

describe('on Vertex AI', () => {
  test('trials are submitted, gathered, tried again by how they ended, and shown in one table', async () => {
    const sweep = cloudSweep('vertex', project)
    const trials = ['seed=range(0,5)']
    sweep.install(
      'gcloud',
      'case "$3" in create) echo "projects/1/locations/us-central1/customJobs/$9" ;; *) echo "$STATE" ;; esac',
    )
    const first = sweep.run(...trials)
    expect(first).toMatchObject({ exitCode: 0, out: expect.stringContaining('5 of 5 run on Vertex AI') })
    expect(sweep.jobFiles()).toEqual([0, 1, 2, 3, 4].map((trial) => `${trial}.vertex.yaml`))
    const { id, jobs } = sweep.state()
    expect(jobs.map(({ status }) => status)).toEqual(Array(5).fill('submitted'))
    expect(jobs[2]?.handle).toBe(`projects/1/locations/us-central1/customJobs/ct-${id}-2`)
    expect(sweep.calls('gcloud')[2]).toEqual([
      ...['ai', 'custom-jobs', 'create', '--project', 'my-project', '--region', 'us-central1'],
      ...['--display-name', `ct-${id}-2`, '--config', join(sweep.folder, 'sweep/jobs/2.vertex.yaml')],
      ...['--format', 'value(name)'],
    ])

    await sweep.end(0, 0, 0.75)
    await sweep.end(1, 0, 0.875)
    await sweep.end(2, 2)
    await sweep.end(3, 75)
    sweep.install('gcloud', 'case "$3" in create) echo again ;; *) echo JOB_STATE_RUNNING ;; esac')
    const second = sweep.run(...trials)
    expect(second.exitCode).toBe(1)
    expect(second.err).toContain('#2 : seed=2  (exit code 2')
    // Only the one that had saved; the last one is still at work.
    const submitted = sweep
      .calls('gcloud')
      .slice(5)
      .filter((words) => words[2] === 'create')
    expect(submitted.map((words) => words[8])).toEqual([`ct-${id}-3`])
    expect(sweep.state().jobs.map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'failed',
      'submitted',
      'submitted',
    ])
    const rows = second.out.split('\n').filter((line) => line.includes('│ #'))
    expect(
      rows.map((row) =>
        row
          .split('│')
          .map((cell) => cell.trim())
          .slice(1, 3),
      ),
    ).toEqual([['#1', '87.5 %'], ['#0', '75.0 %'], expect.anything(), expect.anything(), expect.anything()])

    // One that was lost without a word is tried again, too; one that never gets anywhere is given up.
    sweep.install('gcloud', 'case "$3" in create) echo again ;; *) echo JOB_STATE_FAILED ;; esac')
    for (let round = 0; round < 4; round++) sweep.run(...trials)
    expect(sweep.state().jobs[4]).toMatchObject({ status: 'failed', attempts: 4 })
  })

  test('without gcloud the commands are shown, and results are gathered all the same', async () => {
    const sweep = cloudSweep('vertex', project)
    const first = sweep.run('seed=1,2')
    expect(first.exitCode).toBe(0)
    expect(first.err).toContain(
      'gcloud is not on the PATH; submit it yourself:\n  gcloud ai custom-jobs create',
    )
    await sweep.end(0, 0)
    sweep.install('gcloud', 'echo name')
    sweep.run('seed=1,2')
    expect(sweep.calls('gcloud').length).toBe(1)
    expect(sweep.state().jobs.map(({ status }) => status)).toEqual(['completed', 'submitted'])
  })
})

describe('by SkyPilot', () => {
  /** A `sky` that knows these states of the sweep's trials, by number. */
  const queue = (sweep: CloudSweep, ...states: string[]): void => {
    const jobs = states.map((status, trial) => ({
      job_id: 10 + trial,
      job_name: `ct-${sweep.state().id}-${trial}`,
      status,
    }))
    // An older job of the same name says nothing about the newer one; words may come before the list.
    const older = jobs.map((job) => ({ ...job, job_id: job.job_id - 10, status: 'FAILED' }))
    sweep.install(
      'sky',
      `case "$2" in queue) echo Fetching; echo '${JSON.stringify([...older, ...jobs])}' ;; esac`,
    )
  }
  const statuses = (sweep: CloudSweep): string[] => sweep.state().jobs.map(({ status }) => status)
  const launches = (sweep: CloudSweep): string[] =>
    sweep.calls('sky').flatMap((words) => (words[1] === 'launch' ? [words[5] ?? ''] : []))

  test('its list of jobs tells what ended without a result, and who was cancelled', async () => {
    const sweep = cloudSweep('skypilot')
    sweep.install('sky', ':')
    const trials = ['seed=range(0,6)']
    sweep.run(...trials)
    const { id } = sweep.state()
    expect(launches(sweep)).toEqual([0, 1, 2, 3, 4, 5].map((trial) => `ct-${id}-${trial}`))
    await sweep.end(0, 0)
    await sweep.end(1, 2)
    // Saved, and SkyPilot starts it again by itself.
    await sweep.end(2, 75)
    queue(sweep, 'SUCCEEDED', 'FAILED', 'RECOVERING', 'RUNNING', 'FAILED_NO_RESOURCE', 'CANCELLED')
    const second = sweep.run(...trials)
    expect(statuses(sweep)).toEqual(['completed', 'failed', 'submitted', 'submitted', 'submitted', 'failed'])
    expect(launches(sweep).slice(6)).toEqual([`ct-${id}-4`])
    expect(second.err).toContain('cancelled by SkyPilot')
    expect(sweep.calls('sky').filter((words) => words[1] === 'queue').length).toBe(1)

    // A job that saved and is not started again there is started here; what is over stays over.
    queue(sweep, 'SUCCEEDED', 'FAILED', 'FAILED', 'RUNNING', 'RUNNING', 'CANCELLED')
    sweep.run(...trials)
    expect(launches(sweep).slice(7)).toEqual([`ct-${id}-2`])
  })

  test('without its command the run folders tell what they know', async () => {
    const sweep = cloudSweep('skypilot')
    sweep.install('sky', ':')
    sweep.run('seed=1,2')
    sweep.install('sky', 'exit 1')
    await sweep.end(0, 0)
    sweep.run('seed=1,2')
    expect(statuses(sweep)).toEqual(['completed', 'submitted'])
  })
})

describe('on Kubernetes', () => {
  test('one job runs all trials, and a later one those that are left', async () => {
    const sweep = cloudSweep('kubernetes')
    const status = (text: string): void =>
      sweep.install('kubectl', `case "$1" in get) echo '${text}' ;; esac`)
    status('{}')
    sweep.run('seed=range(0,3)')
    expect(sweep.jobFiles()).toEqual(['try-1.kubernetes.yaml'])
    await sweep.end(0, 0)
    status('{"status":{"failedIndexes":"1-2"}}')
    sweep.run('seed=range(0,3)')
    expect(sweep.jobFiles()).toEqual(['try-1.kubernetes.yaml', 'try-2.kubernetes.yaml'])
    const job = parse(sweep.jobFile('try-2.kubernetes.yaml')) as Job
    expect(job.spec.completions).toBe(2)
    expect(sweep.state().jobs.map(({ handle }) => handle?.replace(/^.*-try/, 'try'))).toEqual([
      'try-1#0',
      'try-2#0',
      'try-2#1',
    ])
  })

  test('a pod takes its words by its index', () => {
    const variable = { CLASSIFIER_TRAINING_INDEXED_WORDS: '[["a=1"],["a=2","b=3"]]' }
    expect(indexedWords({ ...variable, JOB_COMPLETION_INDEX: '1' })).toEqual(['a=2', 'b=3'])
    expect(indexedWords({})).toEqual([])
    expect(() => indexedWords(variable)).toThrow('JOB_COMPLETION_INDEX=(not set)')
    expect(() => indexedWords({ ...variable, JOB_COMPLETION_INDEX: '2' })).toThrow('has no entry')
  })
})

describe('refused before anything runs', () => {
  test.each([
    [['vertex'], [], 'hydra.launcher.project: must be set'],
    [['vertex', project, 'hydra.launcher.image=x'], [], 'must be the name of an image'],
    [['vertex', project, 'hydra.launcher.bucket=s3://a'], [], 'must be gs://BUCKET/PATH'],
    [['vertex', project, '+hydra.launcher.env.WANDB_API_KEY=1'], [], 'must not hold a secret'],
    [['vertex', project, 'hydra.launcher.gpu=t5'], [], 'hydra.launcher.gpu'],
    [['vertex', project, '+hydra.launcher.zone=a'], [], 'there is no such key'],
    [['vertex', project], ['model.learning_rate=fast'], 'job #0'],
    [['vertex', project], ['--config-dir=.'], 'is a folder of this machine'],
    [
      ['vertex', project],
      ['hydra.sweep.dir=gs://a-bucket/b'],
      'a sweep keeps its own files in a local folder',
    ],
  ])('%j %j', ([launcher = '', ...launcherWords], words, reason) => {
    const sweep = cloudSweep(launcher, ...launcherWords)
    const { exitCode, err } = sweep.run('seed=1,2', ...words)
    expect(err).toContain(reason)
    expect(exitCode).toBe(2)
  })
})
