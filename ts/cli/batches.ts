import * as v from 'valibot'
import { parseCommandLine } from '../config/command-line.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
import { writeBatches } from '../verbs/batches.ts'
import { composeTraining, typedConfig } from '../verbs/compose-training.ts'
import { openEngine } from '../verbs/open-engine.ts'
import { planTraining } from '../verbs/plan-training.ts'
import { terminalScreen } from './screen.ts'
import { readWords, splitName, wholeNumber } from './words.ts'

const help = `usage: classifier-training batches [overrides…] output=DIR [split=train] [count=256] [epoch=0] [--json]

Writes what the model would see: images.npy (u8 [N,H,W,3], before normalisation), inputs.npy (f32 [N,3,H,W], after it),
labels.npy (i64), files.txt, metadata.jsonl (where annotations say more than image and label), and contact sheets. Overrides and --config-* flags are those of train.
`

const own = ['output', 'split', 'count', 'epoch']

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const isOwn = (word: string): boolean => own.includes(word.slice(0, word.indexOf('=')))
  const line = parseCommandLine(argv.filter((word) => !isOwn(word)))
  const { options } = readWords(argv.filter(isOwn), {
    command: 'batches',
    entries: {
      output: v.string('is needed: the folder to write to'),
      split: v.optional(splitName, 'train'),
      count: v.optional(wholeNumber(1), '256'),
      epoch: v.optional(wholeNumber(0), '0'),
    },
  })
  const { config } = typedConfig(composeTraining(line))
  const logger = createLogger('batches', config.log_level, [consoleSink(terminalScreen())])
  const engine = await openEngine()
  const written = await writeBatches(engine, await planTraining(config, engine, logger), options)
  if (line.json) process.stdout.write(`${JSON.stringify(written)}\n`)
  else process.stdout.write(`${written.files.join('\n')}\n`)
  return 0
}
