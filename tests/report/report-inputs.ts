import type { ReportEvaluation, RunFacts } from '../../ts/report/report-data.ts'

/** A run of `count` classes whose names may be set; three images are wrong. */
export function runFacts(names: readonly string[], changes: Partial<RunFacts> = {}): RunFacts {
  return {
    name: '12-30-05',
    plan: {
      plan: { seed: 42, model: { architecture: 'resnet18' }, train: { max_epochs: 3 } },
      data: {
        root: '/data',
        fingerprint: 'ab12'.repeat(16),
        classes: [...names],
        warnings: ['3 rows without a label were dropped'],
        splits: [{ split: 'train', samples: 90, images: 90, per_class: names.map((_, index) => index % 7) }],
      },
      device: 'cpu',
      precision: '32',
      versions: { bun: '1.4.5' },
    },
    curves: {
      'train/loss_epoch': [
        [0, 2],
        [1, 1],
      ],
      'val/acc_top1': [
        [0, 0.4],
        [1, 0.8],
      ],
      'lr-AdamW': [[1, 1e-4]],
    },
    evaluations: [evaluationOf(names)],
    overrides: ['model=resnet18', "callbacks.x={a: 'b'}"],
    ...changes,
  }
}

export function evaluationOf(
  names: readonly string[],
  changes: Partial<ReportEvaluation> = {},
): ReportEvaluation {
  const last = names.length - 1
  return {
    split: 'val',
    epoch: 1,
    images: 10,
    metrics: { acc_top1: 0.7, acc_top5: 1, f1_macro: 0.65, nll: 0.9, ece: 0.1 },
    intervals: { acc_top1: [0.5, 0.9] },
    resamples: 1000,
    classes: [...names],
    per_class: names.map(() => ({
      support: 5,
      predicted: 5,
      correct: 4,
      precision: 0.8,
      recall: 0.8,
      f1: 0.8,
      auroc: null,
    })),
    confusion:
      names.length <= 64
        ? names.flatMap((_, row) => names.map((__, column) => (row === column ? 4 : 0)))
        : null,
    pairs: names.length > 1 ? [{ trueClass: 0, predictedClass: last, count: 2, share: 0.4 }] : [],
    bins: [
      { count: 3, confidence: 0.25, accuracy: 0.3 },
      { count: 7, confidence: 0.9, accuracy: 0.8 },
    ],
    top_losses: [
      {
        image: 'data:image/jpeg;base64,/9j/',
        path: 'valid/a.jpg',
        trueClass: 0,
        predictedClass: last,
        confidence: 0.9,
        loss: 3,
      },
    ],
    heat_maps: [
      {
        image: 'data:image/jpeg;base64,/9j/',
        overlay: 'data:image/jpeg;base64,/9k/',
        path: 'valid/b.jpg',
        trueClass: 0,
        predictedClass: last,
        confidence: 0.9,
      },
    ],
    samples: { paths: ['valid/a.jpg'], labels: [0], predicted: [last] },
    ...changes,
  }
}
