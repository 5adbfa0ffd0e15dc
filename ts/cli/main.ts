#!/usr/bin/env bun
import { ensureDependencies } from './bootstrap.ts'
import { startDirectory } from './start-directory.ts'

/** A command's module: words after its name in, exit code out. */
interface Command {
  run(argv: string[]): Promise<number>
}

const commands: Readonly<Record<string, { readonly does: string; load(): Promise<Command> }>> = {
  setup: { does: 'find or fetch libtorch, find or build the native core', load: () => import('./setup.ts') },
  train: { does: 'train a classifier (the main job)', load: () => import('./train.ts') },
  sweep: {
    does: 'train once for each combination of swept values: train --multirun',
    load: () => import('./sweep.ts'),
  },
  evaluate: {
    does: 'score a run, a checkpoint or an ONNX file on a split',
    load: () => import('./evaluate.ts'),
  },
  predict: { does: 'classify images or folders', load: () => import('./predict.ts') },
  export: { does: 'write the ONNX files of a checkpoint', load: () => import('./export.ts') },
  compare: { does: 'hold runs against each other, image by image', load: () => import('./compare.ts') },
  sync: { does: 'upload what the loggers of a run could not', load: () => import('./sync.ts') },
  batches: { does: 'write out what the model would see', load: () => import('./batches.ts') },
  doctor: { does: 'tell what is wrong with a data set', load: () => import('./doctor.ts') },
  generate: { does: 'make the synthetic jersey-number data set', load: () => import('./generate.ts') },
  'verify-resume': {
    does: 'kill a training at random moments and prove that it resumes bit for bit',
    load: () => import('./verify-resume.ts'),
  },
  bench: { does: 'measure the loader, the step or the start', load: () => import('./bench.ts') },
  test: { does: 'run the tests of both sides', load: () => import('./test.ts') },
  lint: { does: 'check format, lint and types of both sides', load: () => import('./lint.ts') },
  format: { does: 'format both sides', load: () => import('./format.ts') },
  typecheck: { does: 'check the TypeScript types', load: () => import('./typecheck.ts') },
  ready: { does: 'everything that CI checks', load: () => import('./ready.ts') },
  completion: { does: 'print completion for bash, zsh or fish', load: () => import('./completion.ts') },
}

/** These work on the checkout itself, wherever they were started. */
const ofCheckout = new Set(['test', 'lint', 'format', 'typecheck', 'ready'])

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const rows = Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(width)}  ${does}`)
  return `Usage: classifier-training COMMAND [ARGUMENTS…]\n\n${rows.join('\n')}\n\nEach command explains itself with --help.\n`
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage())
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    const { version } = (await import('../../package.json')) as { version: string }
    process.stdout.write(`${version}\n`)
    return 0
  }
  const command = commands[name]
  if (!command) {
    const { nearest } = await import('../config/suggest/nearest.ts')
    const near = nearest(name, Object.keys(commands))
    process.stderr.write(
      `error: there is no command "${name}"${near.length > 0 ? `: did you mean ${near.join(', ')}?` : ''}\n\n${usage()}`,
    )
    return 2
  }
  if (!ofCheckout.has(name)) process.chdir(startDirectory(name, process.cwd(), process.env))
  await ensureDependencies()
  const { reportFailure } = await import('./report-failure.ts')
  try {
    return await (await command.load()).run(rest)
  } catch (error) {
    return reportFailure(error)
  }
}

process.exitCode = await main(process.argv.slice(2))
