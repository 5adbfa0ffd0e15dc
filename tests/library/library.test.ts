import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Callback,
  ConfigError,
  DataError,
  evaluate,
  type FileAnswer,
  predict,
  train,
} from 'classifier-training'
import { generateJerseyNumbers } from '../../ts/generate/index.ts'

setDefaultTimeout(600_000)

const folder = mkdtempSync(join(tmpdir(), 'classifier-training-library-'))
const data = join(folder, 'data')
const silent = { log: () => {} }

beforeAll(async () => {
  await generateJerseyNumbers({ output: data, count: 240, seed: 5, workers: 0 })
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A training of a few seconds. */
function small(run: string, ...more: string[]): string[] {
  return [
    `data.data_root=${data}`,
    `hydra.run.dir=${join(folder, run)}`,
    'data.image_size=32',
    'data.batch_size=32',
    'trainer.max_epochs=2',
    'trainer.log_every_n_steps=2',
    'trainer.precision=32',
    'callbacks=none',
    ...more,
  ]
}

/** Notes which hooks were called. */
function witness(seen: string[], onSpan: () => void = () => {}): Callback {
  return {
    name: 'witness',
    role: 'controller',
    stepInterval: 1,
    runStart: ({ classes }) => {
      seen.push(`start:${classes.length > 1}`)
      return undefined
    },
    span: () => {
      onSpan()
      return undefined
    },
    validationEnd: ({ sanity, split }) => {
      if (!sanity) seen.push(split)
      return undefined
    },
    epochEnd: ({ epoch }) => {
      seen.push(`epoch:${epoch}`)
      return [{ kind: 'log', scalars: { 'witness/epoch': epoch } }]
    },
    runEnd: ({ status }) => {
      seen.push(status)
      return [{ kind: 'save', name: 'by-witness', pointers: ['best'] }]
    },
  }
}

describe('as a library', () => {
  test('trains with a callback and a logger of the caller; evaluates and predicts what came out', async () => {
    const seen: string[] = []
    const lines: string[] = []
    const { summary, directory, already } = await train({
      overrides: small('whole'),
      callbacks: [witness(seen)],
      logger: { log: (level, message) => void lines.push(`${level}: ${message}`) },
    })
    expect(already).toBe(false)
    expect(directory).toBe(join(folder, 'whole'))
    expect(summary.status).toBe('completed')
    expect(JSON.parse(readFileSync(join(directory, 'summary.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(summary)),
    )
    expect(seen).toEqual(['start:true', 'val', 'epoch:0', 'val', 'epoch:1', 'test', 'completed'])
    expect(readFileSync(join(directory, 'metrics.jsonl'), 'utf8')).toContain('witness/epoch')
    expect(lines.some((line) => line.startsWith('info: test: acc'))).toBe(true)
    expect(readFileSync(join(directory, 'log.jsonl'), 'utf8')).toContain('test: acc')

    const scored = await evaluate({ model: directory, split: 'val', logger: silent })
    expect(scored.metrics.acc_top1).toBe(summary.final['val/acc_top1'])
    expect(scored.images).toBe(scored.answers.length)
    const right = scored.answers.filter(({ label, predicted }) => label === predicted).length
    expect(right / scored.images).toBeCloseTo(scored.metrics.acc_top1 ?? -1, 6)
    expect(scored.confusion.reduce((sum, n) => sum + n, 0)).toBe(scored.images)

    const some = scored.answers.slice(0, 5)
    const bad = join(folder, 'bad.png')
    writeFileSync(bad, 'no picture')
    const answers: FileAnswer[] = []
    for await (const answer of predict({
      model: directory,
      files: [...some.map(({ image }) => image), bad],
      topK: 1,
      batchSize: 2,
    }))
      answers.push(answer)
    const labels = answers.map((answer) => ('failure' in answer ? null : answer.predictions[0]?.label))
    expect(labels).toEqual([...some.map(({ predicted }) => predicted), null])
    const last = answers.at(-1)
    expect(last && 'failure' in last ? last.failure : undefined).toBeInstanceOf(DataError)
  })

  test('an abort saves; the same call goes on to the end of an uninterrupted run', async () => {
    const stop = new AbortController()
    let spans = 0
    const first = await train({
      overrides: small('aborted'),
      callbacks: [
        witness([], () => {
          if (++spans === 3) stop.abort()
        }),
      ],
      signal: stop.signal,
      logger: silent,
    })
    expect(first.summary.status).toBe('interrupted')
    const second = await train({ overrides: small('aborted'), callbacks: [witness([])], logger: silent })
    expect(second.summary.status).toBe('completed')
    expect(second.summary.resumed_from.length).toBe(1)
    const whole = JSON.parse(readFileSync(join(folder, 'whole', 'summary.json'), 'utf8'))
    expect(second.summary.weights_sha256).toBe(whole.weights_sha256)
    expect((await train({ overrides: small('aborted'), logger: silent })).already).toBe(true)
  })

  test('a directory of one’s own comes before the package’s tree', async () => {
    const configs = join(folder, 'configs')
    await Bun.write(
      join(configs, 'mine.yaml'),
      'defaults:\n  - train\n  - _self_\ntrainer:\n  max_steps: 1\n',
    )
    const { summary } = await train({
      configDir: configs,
      configName: 'mine',
      overrides: small('mine'),
      logger: silent,
    })
    expect(summary.steps).toBe(1)
  })

  test('a faulty configuration is a ConfigError and leaves no run folder', async () => {
    const failed = train({ overrides: small('faulty', 'data.batchsize=3'), logger: silent })
    expect(await failed.catch((error) => error)).toBeInstanceOf(ConfigError)
    expect(existsSync(join(folder, 'faulty'))).toBe(false)
  })

  test('unknown and impossible options are named, all at once', async () => {
    const options = { model: 'x', files: 'y', topk: 3, batchSize: 0 }
    const failed = await predict(options)
      .next()
      .catch((error) => error)
    expect(failed).toBeInstanceOf(ConfigError)
    expect(failed.message).toContain('topk')
    expect(failed.message).toContain('batchSize')
  })
})

describe('the examples', () => {
  const run = async (script: string, ...words: string[]): Promise<{ code: number; stdout: string }> => {
    const path = new URL(`../../examples/${script}`, import.meta.url).pathname
    const child = Bun.spawn([process.execPath, path, ...words], {
      cwd: folder,
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${stderr}`)
    return { code, stdout }
  }

  test('train-with-callback', async () => {
    const { stdout } = await run('train-with-callback.ts', ...small('example', 'trainer.max_epochs=1'))
    expect(stdout).toContain(`completed after 1 epochs: ${join(folder, 'example')}`)
    expect(readFileSync(join(folder, 'example', 'metrics.jsonl'), 'utf8')).toContain('gap/acc_top1')
  })

  test('worst-mistakes', async () => {
    const { stdout } = await run('worst-mistakes.ts', join(folder, 'whole'), 'val')
    expect(stdout).toMatch(/^accuracy \d/)
  })

  test('predict-folder', async () => {
    const images = join(data, 'test')
    const { stdout } = await run('predict-folder.ts', join(folder, 'whole'), images)
    const counted = [...stdout.matchAll(/^ *(\d+) {2}\S/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
    expect(counted).toBe(readdirSync(images).filter((name) => name.endsWith('.jpg')).length)
  })

  test('all of them are tested', () => {
    const scripts = readdirSync(new URL('../../examples', import.meta.url)).sort()
    expect(scripts).toEqual(['predict-folder.ts', 'train-with-callback.ts', 'worst-mistakes.ts'])
  })
})
