import * as v from 'valibot'

const Share = v.number()
const Interval = v.tuple([v.number(), v.number()])

/** What a run keeps of one evaluated split for its report and for comparisons: `report/val.json`, `report/test.json`. */
export const ReportEvaluation = v.object({
  split: v.picklist(['val', 'test']),
  /** Of the weights that were scored. */
  epoch: v.number(),
  images: v.number(),
  /** By name without the split: `acc_top1`, `nll`, … */
  metrics: v.record(v.string(), v.number()),
  /** 95 % bootstrap intervals of some of them. */
  intervals: v.record(v.string(), Interval),
  resamples: v.number(),
  classes: v.array(v.string()),
  per_class: v.array(
    v.object({
      support: v.number(),
      predicted: v.number(),
      correct: v.number(),
      precision: Share,
      recall: Share,
      f1: Share,
      auroc: v.nullable(v.number()),
    }),
  ),
  /** Row-major [classes, classes]; only of few classes. */
  confusion: v.nullable(v.array(v.number())),
  pairs: v.array(
    v.object({ trueClass: v.number(), predictedClass: v.number(), count: v.number(), share: Share }),
  ),
  bins: v.array(v.object({ count: v.number(), confidence: Share, accuracy: Share })),
  /** The images with the highest loss, highest first. */
  top_losses: v.array(
    v.object({
      /** `data:image/jpeg;base64,…` */
      image: v.string(),
      path: v.string(),
      trueClass: v.number(),
      predictedClass: v.number(),
      confidence: Share,
      loss: v.number(),
    }),
  ),
  /** What the network looked at, of some of these images: Grad-CAM of the predicted class. */
  heat_maps: v.optional(
    v.array(
      v.object({
        /** As the network saw it, and under its heat map; `data:image/jpeg;base64,…`. */
        image: v.string(),
        overlay: v.string(),
        path: v.string(),
        trueClass: v.number(),
        predictedClass: v.number(),
        confidence: Share,
      }),
    ),
    [],
  ),
  /** Every image: path relative to the data set, true and predicted class. */
  samples: v.object({
    paths: v.array(v.string()),
    labels: v.array(v.number()),
    predicted: v.array(v.number()),
  }),
})
export type ReportEvaluation = v.InferOutput<typeof ReportEvaluation>

/** The parts of `plan.json` that a report shows; the rest is shown as it is. */
export const PlanFile = v.looseObject({
  plan: v.looseObject({
    model: v.looseObject({ architecture: v.string() }),
    train: v.looseObject({ max_epochs: v.number() }),
  }),
  data: v.looseObject({
    root: v.string(),
    fingerprint: v.string(),
    classes: v.array(v.string()),
    warnings: v.array(v.string()),
    splits: v.array(
      v.looseObject({
        split: v.string(),
        samples: v.number(),
        images: v.number(),
        per_class: v.array(v.number()),
      }),
    ),
  }),
  device: v.string(),
  precision: v.string(),
  versions: v.record(v.string(), v.string()),
})
export type PlanFile = v.InferOutput<typeof PlanFile>

/** Metric by epoch: [epoch, value] in order. */
export type Curves = Readonly<Record<string, readonly (readonly [epoch: number, value: number])[]>>

/** All that a report is made of. */
export interface RunFacts {
  /** Name of the run folder. */
  readonly name: string
  readonly plan: PlanFile
  readonly curves: Curves
  /** The best validation and, where there was one, the test at the end. */
  readonly evaluations: readonly ReportEvaluation[]
  /** Command-line overrides that the run was started with. */
  readonly overrides: readonly string[]
}
