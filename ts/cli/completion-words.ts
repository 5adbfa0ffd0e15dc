/** What may stand behind `key=` or a flag: anything, a path, or one of these words. */
export type Values = 'text' | 'path' | readonly string[]

/** The words that a command takes. */
export interface CommandWords {
  /** `key=VALUE`. */
  readonly options: Readonly<Record<string, Values>>
  /** By the flag; `null` for one that stands alone. */
  readonly flags: Readonly<Record<string, Values | null>>
  /** Words without a key. */
  readonly bare?: Values
  /** Whether overrides of the configuration and the flags of `train` go with it. */
  readonly overrides?: boolean
}

const splits = ['train', 'val', 'test'] as const
const precisions = ['32', 'bf16-mixed'] as const
const json = { '--json': null } as const
const none: CommandWords = { options: {}, flags: {} }

/** Keys of the configuration whose values are paths. */
export const pathKeys: Readonly<Record<string, Values>> = {
  'data.data_root': 'path',
  'hydra.run.dir': 'path',
  'hydra.sweep.dir': 'path',
  'model.weights': 'path',
}

/** By the command's name; a test holds it against what the commands' help says. */
export const completionWords: Readonly<Record<string, CommandWords>> = {
  setup: {
    options: {},
    flags: {
      '--check': null,
      '--libtorch': ['auto', 'cpu', 'cu128', 'cu130'],
      '--rebuild': null,
      '--env': null,
      ...json,
    },
  },
  train: { ...none, overrides: true },
  sweep: { ...none, overrides: true },
  evaluate: {
    options: {
      model: 'path',
      'data.data_root': 'path',
      'data.split': splits,
      'data.batch_size': 'text',
      'data.num_workers': 'text',
      output: 'path',
    },
    flags: json,
  },
  predict: {
    options: { model: 'path', top_k: 'text', batch_size: 'text', precision: precisions },
    flags: { '--output': 'path', ...json },
    bare: 'path',
  },
  export: {
    options: {
      model: 'path',
      opset: ['13', '14', '15', '16', '17', '18', '19', '20', '21'],
      output: 'path',
      image_size: 'text',
      fold_bn: ['true', 'false'],
    },
    flags: json,
  },
  compare: { options: { split: splits, output: 'path' }, flags: json, bare: 'path' },
  sync: { options: {}, flags: json, bare: 'path' },
  batches: {
    options: { output: 'path', split: splits, count: 'text', epoch: 'text' },
    flags: json,
    overrides: true,
  },
  doctor: { options: {}, flags: json, overrides: true },
  generate: { options: { output: 'path', count: 'text', seed: 'text', image_size: 'text' }, flags: json },
  'verify-resume': {
    options: { kills: 'text', kill_seed: 'text', output: 'path' },
    flags: json,
    overrides: true,
  },
  bench: {
    options: {},
    flags: {
      '--model': 'text',
      '--image-size': 'text',
      '--batch-size': 'text',
      '--precision': precisions,
      '--steps': 'text',
      '--profile': null,
      '--images': 'path',
      '--pipeline': ['train', 'val'],
      '--workers': 'text',
      '--seconds': 'text',
      '--cache': null,
      '--checkpoint': 'path',
      ...json,
    },
    bare: ['step', 'loader', 'start', 'predict'],
  },
  test: { options: {}, flags: { '--rust': null, '--typescript': null }, bare: 'path' },
  lint: none,
  format: none,
  typecheck: none,
  ready: none,
  completion: { options: {}, flags: { '--remove': null }, bare: ['bash', 'zsh', 'fish'] },
}
