import { ConfigError, Interrupted } from '../errors/index.ts'
import type { GeneratedSummary, GenerateOptions } from '../generate/index.ts'

const help = `usage: classifier-training generate [output=DIR] [count=N] [seed=N] [image_size=N] [--json]

Makes the synthetic jersey-number data set: JPEG crops as from basketball broadcasts, in JSONL splits train, valid, test.
The same arguments give the same bytes; a folder that holds them already is left as it is.

  output=DIR     where to, replaced if it holds another generated data set (outputs/datasets/jersey-numbers)
  count=N        images in all, 10 of 12 parts for train, 1 each for valid and test (6000)
  seed=N         which data set of that size (0)
  image_size=N   longest side of an image in pixels (64)
  --json         the result as JSON
`

const keys = ['output', 'count', 'seed', 'image_size'] as const

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const { json, options } = parse(argv)
  const { DEFAULT_OUTPUT, generateJerseyNumbers } = await import('../generate/index.ts')
  const { terminalScreen } = await import('./screen.ts')
  const screen = terminalScreen()
  const controller = new AbortController()
  const stop = (signal: string) =>
    controller.abort(
      new Interrupted(`stopped by ${signal}, nothing was written`, { hint: 'the same command starts again' }),
    )
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const summary = await generateJerseyNumbers({
      output: DEFAULT_OUTPUT,
      ...options,
      signal: controller.signal,
      onProgress: ({ done, total }) => screen.status(`drawing jersey numbers  ${done}/${total}`),
    })
    screen.status('')
    report(summary, json)
    return 0
  } finally {
    screen.status('')
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

function parse(argv: readonly string[]): { json: boolean; options: Partial<GenerateOptions> } {
  const words = argv.filter((word) => word !== '--json')
  const options: Partial<Record<'output' | 'count' | 'seed' | 'imageSize', string | number>> = {}
  for (const word of words) {
    const [name, value] = word.split(/=(.*)/s)
    const key = keys.find((known) => known === name)
    if (key === undefined || value === undefined) {
      throw new ConfigError({
        message: `generate has no option ${JSON.stringify(word)}`,
        hint: `it takes ${keys.map((known) => `${known}=…`).join(', ')} and --json; see \`generate --help\``,
      })
    }
    if (key === 'output') options.output = value
    else options[key === 'image_size' ? 'imageSize' : key] = parseNumber(value)
  }
  return { json: words.length < argv.length, options: options as Partial<GenerateOptions> }
}

/** The number that is written, or the text itself, which the options' check then names. */
function parseNumber(text: string): number | string {
  return /^[+-]?\d+(\.\d+)?(e\d+)?$/i.test(text) ? Number(text) : text
}

function report(summary: GeneratedSummary, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(summary)}\n`)
    return
  }
  const { train, valid, test } = summary.splits
  process.stdout.write(`${summary.output}\n`)
  process.stderr.write(
    `${train.images} images of ${train.classes} classes to train on, ${valid.images} to validate, ${test.images} to test; ` +
      (summary.reused ? 'there already\n' : `drawn in ${summary.seconds.toFixed(1)} s\n`),
  )
}
