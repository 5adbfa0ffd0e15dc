/** What a room of `ts/` may import. */
export interface Arrows {
  readonly values: readonly string[]
  /** Of these, types only. */
  readonly types?: readonly string[]
}

const leaves = ['errors', 'files', 'text', 'metrics', 'plot']

/** The arrows of ARCHITECTURE.md. Below `verbs`, the native half is known by its types alone. */
export const arrows: Readonly<Record<string, Arrows>> = {
  errors: { values: [] },
  files: { values: ['errors'] },
  text: { values: [] },
  metrics: { values: [], types: ['native'] },
  plot: { values: ['text'] },
  native: { values: ['errors'] },
  generate: { values: ['errors', 'text'] },
  config: { values: ['errors', 'text'], types: ['native', 'logging'] },
  logging: { values: ['errors', 'text', 'config'], types: ['native'] },
  train: { values: ['errors'], types: ['native', 'logging'] },
  export: { values: ['errors', 'files'], types: ['native', 'logging'] },
  report: { values: leaves, types: ['native'] },
  compare: { values: [...leaves, 'report'], types: ['native'] },
  callbacks: { values: [...leaves, 'config', 'export', 'report', 'train'], types: ['native', 'logging'] },
  setup: { values: ['errors', 'native', 'text'] },
  quality: { values: ['errors', 'native', 'setup', 'text'] },
  store: { values: ['errors'], types: ['logging'] },
  sweep: { values: ['errors', 'text', 'config'] },
  cloud: { values: ['errors', 'text', 'config', 'store', 'sweep'] },
  verbs: {
    values: [
      ...leaves,
      'callbacks',
      'compare',
      'config',
      'export',
      'generate',
      'logging',
      'native',
      'report',
      'setup',
      'train',
    ],
  },
  cli: {
    values: [
      ...leaves,
      'callbacks',
      'cloud',
      'compare',
      'config',
      'export',
      'generate',
      'logging',
      'native',
      'quality',
      'report',
      'setup',
      'store',
      'sweep',
      'train',
      'verbs',
    ],
  },
  /** The package's front door. */
  'index.ts': { values: ['errors', 'verbs'], types: ['logging', 'metrics', 'native', 'train'] },
}

/** What is known of the native half where only its types are. */
export const nativeTypes = ['ts/native/engine.ts', 'ts/native/spec.d.ts']

/** What a crate may depend on, of ours. */
export const crates: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  onnx: [],
  data: ['spec'],
  engine: ['spec', 'data', 'onnx'],
  images: ['data', 'spec'],
  binding: ['engine', 'images', 'spec'],
}
