import { resolve } from 'node:path'
import { ConfigError } from '../errors/index.ts'

const help = `usage: classifier-training verify-resume [overrides…] [kills=N] [kill_seed=N] [output=DIR] [--json]

Proves that a training survives being killed: trains once undisturbed, then kills the same training (SIGKILL) at random
moments, also in the middle of a save, and lets the same command go on each time. Weights, averages, metrics and history
must come out the same, bit for bit. Without overrides the training is a short one on a small generated data set.

  overrides      words for \`train\`: model=resnet50 data.data_root=DIR trainer.max_epochs=3 …
  kills=N        how often (10)
  kill_seed=N    which random moments (0)
  output=DIR     where the runs lie (outputs/verify-resume)
  --json         the result as JSON
`

/** A run of a few seconds that saves often. */
const shortTraining = [
  'data.image_size=32',
  'data.batch_size=16',
  'data.num_workers=1',
  'trainer.max_epochs=2',
  'trainer.log_every_n_steps=1',
  'callbacks=none',
  '+callbacks.ema.decay=0.9',
  '+callbacks.model_checkpoint.every_n_train_steps=4',
  '+callbacks.model_checkpoint.save_last=true',
  'logging=none',
]

const own = ['kills', 'kill_seed', 'output'] as const

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { options, training } = parse(argv)
  const output = resolve(options.get('output') ?? 'outputs/verify-resume')
  const kills = wholeNumber('kills', options.get('kills') ?? '10', 1)
  const seed = wholeNumber('kill_seed', options.get('kill_seed') ?? '0', 0)
  const [{ verifyResume }, { randomMoments }, { terminalScreen }] = await Promise.all([
    import('../verbs/verify-resume.ts'),
    import('../verbs/kill-moments.ts'),
    import('./screen.ts'),
  ])
  const { watchSignals } = await import('../train/interrupt.ts')
  const screen = terminalScreen()
  const signals = watchSignals(() => {})
  try {
    const data = training.some((word) => word.startsWith('data.data_root=')) ? [] : [await smallData(output)]
    const found = await verifyResume({
      training: [...shortTraining, ...data, ...training],
      output,
      kills,
      moments: (seconds) => randomMoments(seed, seconds),
      onProgress: (text) => (screen.live ? screen.status(text) : screen.line(text)),
      signal: signals.signal,
    })
    screen.status('')
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(found)}\n`)
    else
      process.stdout.write(
        `the same weights, metrics and history after ${found.kills.length} kills in ${found.runs} runs\n${found.weights_sha256}\n`,
      )
    return 0
  } finally {
    screen.status('')
    signals.dispose()
  }
}

async function smallData(output: string): Promise<string> {
  const { generateJerseyNumbers } = await import('../generate/index.ts')
  const data = await generateJerseyNumbers({ output: resolve(output, 'data'), count: 240, seed: 5 })
  return `data.data_root=${data.output}`
}

function parse(argv: readonly string[]): { options: Map<string, string>; training: string[] } {
  const options = new Map<string, string>()
  const training: string[] = []
  for (const word of argv) {
    if (word === '--json') continue
    const key = own.find((name) => word.startsWith(`${name}=`))
    if (key) options.set(key, word.slice(key.length + 1))
    else if (word.startsWith('hydra.run.dir=') || word === '-m' || word === '--multirun')
      throw new ConfigError({
        message: `verify-resume chooses its run folders itself: ${word} does not fit`,
        hint: 'name the folder for all of them with output=DIR',
      })
    else training.push(word)
  }
  return { options, training }
}

function wholeNumber(key: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least) return value
  throw new ConfigError({ key, message: `must be a whole number of at least ${least}, not ${text}` })
}
