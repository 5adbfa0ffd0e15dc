import { parseArgs } from 'node:util'
import { ConfigError } from '../errors/index.ts'
import type { Architecture, Precision } from '../native/spec.d.ts'
import { plainTable } from '../text/plain-table.ts'
import { benchLoader, benchStep, type StepShare } from '../verbs/bench.ts'
import { benchPredict } from '../verbs/bench-predict.ts'
import { benchStart } from '../verbs/bench-start.ts'
import { openEngine } from '../verbs/open-engine.ts'

const help = `usage: classifier-training bench step|loader|start|predict [flags] [--json]

  step    one training step on a resident batch
          --model resnet18 --image-size 224 --batch-size 16 --precision 32|bf16-mixed --steps 20
          --profile: the time by operator as well
  loader  a loader by itself over the images of a folder
          --images DIR --image-size 224 --pipeline train|val --workers 1 --seconds 10 --cache
  predict from files to named classes, and from the start of the process to the first answer
          --checkpoint RUN|FILE.onnx --images DIR --batch-size 16 --precision 32|bf16-mixed --seconds 10
  start   from the start of the process to the first optimizer step, by phase
`

const flags = {
  json: { type: 'boolean', default: false },
  model: { type: 'string', default: 'resnet18' },
  'image-size': { type: 'string', default: '224' },
  'batch-size': { type: 'string', default: '16' },
  precision: { type: 'string', default: '32' },
  steps: { type: 'string', default: '20' },
  profile: { type: 'boolean', default: false },
  images: { type: 'string' },
  checkpoint: { type: 'string' },
  pipeline: { type: 'string', default: 'train' },
  workers: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '10' },
  cache: { type: 'boolean', default: false },
} as const

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { values, what } = read(argv)
  const number = (name: keyof typeof values, least: number): number => {
    const value = Number(values[name])
    if (Number.isFinite(value) && value >= least) return value
    throw new ConfigError({ message: `--${name} must be a number of at least ${least}, not ${values[name]}` })
  }
  const choice = <T extends string>(name: keyof typeof values, allowed: readonly T[]): T => {
    const found = allowed.find((each) => each === values[name])
    if (found) return found
    throw new ConfigError({ message: `--${name} must be ${allowed.join(' or ')}, not ${values[name]}` })
  }
  if (what === 'start') return print(await benchStart(), values.json)
  if (what === 'predict') {
    const { checkpoint: model, images } = values
    if (model === undefined || images === undefined)
      throw new ConfigError({ message: 'bench predict needs --checkpoint RUN and --images DIR' })
    const options = {
      model,
      images,
      batchSize: number('batch-size', 1),
      seconds: number('seconds', 0.1),
      precision: choice<Precision>('precision', ['32', 'bf16-mixed', '16-mixed']),
    }
    return print(await benchPredict(options), values.json)
  }
  const engine = openEngine()
  if (what === 'step') {
    const options = {
      model: choice<Architecture>('model', ['resnet18', 'resnet34', 'resnet50']),
      imageSize: number('image-size', 32),
      batchSize: number('batch-size', 2),
      precision: choice<Precision>('precision', ['32', 'bf16-mixed', '16-mixed']),
      classes: 43,
    }
    return print(await benchStep(await engine, options, number('steps', 1), values.profile), values.json)
  }
  const images = values.images
  if (images === undefined) throw new ConfigError({ message: 'bench loader needs --images DIR' })
  const options = {
    images,
    imageSize: number('image-size', 8),
    pipeline: choice('pipeline', ['train', 'val']),
    workers: number('workers', 0),
    seconds: number('seconds', 0.1),
    cache: values.cache,
  }
  return print(await benchLoader(await engine, options), values.json)
}

function read(argv: string[]) {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: flags, allowPositionals: true })
    const [what] = positionals
    if (what === 'step' || what === 'loader' || what === 'start' || what === 'predict')
      return { values, what } as const
    throw new TypeError(`bench measures step, loader, predict or start, not ${what ?? 'nothing'}`)
  } catch (error) {
    throw new ConfigError({
      message: error instanceof Error ? error.message : String(error),
      hint: 'see `classifier-training bench --help`',
    })
  }
}

function print(figures: object, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else
    for (const [name, value] of Object.entries(figures)) {
      if (Array.isArray(value)) {
        process.stdout.write(shares(value))
        continue
      }
      const text = typeof value === 'number' ? Number(value.toPrecision(5)) : JSON.stringify(value)
      process.stdout.write(`${name.padEnd(28)} ${text}\n`)
    }
  return 0
}

/** Operators from a thousandth of the step on. */
function shares(profile: readonly StepShare[]): string {
  const rows = profile
    .filter(({ share }) => share >= 0.001)
    .map(({ operator, calls, ms, share }) => [
      operator,
      calls,
      ms.toFixed(2),
      `${(100 * share).toFixed(1)} %`,
    ])
  return `${plainTable(['operator', 'calls a step', 'ms a step', 'share'], rows)}\n`
}
