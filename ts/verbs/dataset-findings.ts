import type { DatasetSummary } from '../native/spec.d.ts'
import type { ExaminedSample } from './doctor.ts'

/** Something that is wrong with a data set. */
export interface DatasetFinding {
  /** `error`: a training would stop there. */
  readonly severity: 'error' | 'warning'
  readonly kind:
    | 'unusable'
    | 'unreadable'
    | 'no_split'
    | 'leak'
    | 'contradiction'
    | 'duplicate'
    | 'absent_class'
    | 'rare_class'
    | 'imbalance'
    | 'similar_names'
    | 'index'
  readonly message: string
  /** How many samples, images or classes it is about. */
  readonly count: number
  /** The first few of them. */
  readonly examples: readonly string[]
}

/** A class with fewer training images than this can hardly be learnt. */
const FEW = 5
/** The largest class may have this many times the images of the smallest. */
const IMBALANCED = 20
const SHOWN = 5

/** What is wrong with a data set whose samples were all looked at, errors first. */
export function datasetFindings(
  summary: DatasetSummary,
  samples: readonly ExaminedSample[],
): DatasetFinding[] {
  const findings = [
    ...splitFindings(summary),
    ...fileFindings(samples),
    ...copyFindings(samples),
    ...classFindings(summary),
    ...summary.warnings.map((message) => finding('warning', 'index', [message], () => message)),
  ].filter(({ count }) => count > 0)
  return findings.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}

function finding(
  severity: DatasetFinding['severity'],
  kind: DatasetFinding['kind'],
  cases: readonly string[],
  message: (count: number) => string,
): DatasetFinding {
  const count = cases.length
  return {
    severity,
    kind,
    message: message(count),
    count,
    examples: kind === 'index' || kind === 'no_split' ? [] : cases.slice(0, SHOWN),
  }
}

function splitFindings({ splits }: DatasetSummary): DatasetFinding[] {
  const has = (wanted: string): boolean => splits.some(({ split }) => split === wanted)
  return [
    finding(
      'error',
      'no_split',
      has('val') ? [] : ['valid'],
      () => 'there is no valid/ (or val/) split: nothing to choose a checkpoint by',
    ),
    finding(
      'warning',
      'no_split',
      has('test') ? [] : ['test'],
      () => 'there is no test/ split: the model is not scored on images that chose nothing',
    ),
  ]
}

function fileFindings(samples: readonly ExaminedSample[]): DatasetFinding[] {
  const bad = new Map<string, string>()
  for (const { path, fault } of samples) if (fault !== undefined) bad.set(path, fault)
  const cases = [...bad].map(([path, fault]) => `${path}: ${fault}`)
  return [
    finding(
      'error',
      'unreadable',
      cases,
      (count) => `${count} images cannot be read: replace or remove them`,
    ),
  ]
}

/** Files of the same bytes: across splits, under two labels, or just twice. */
function copyFindings(samples: readonly ExaminedSample[]): DatasetFinding[] {
  const copies = new Map<bigint, ExaminedSample[]>()
  for (const sample of samples) {
    if (sample.content === undefined) continue
    const known = copies.get(sample.content)
    if (known) known.push(sample)
    else copies.set(sample.content, [sample])
  }
  const leaks: string[] = []
  const contradictions: string[] = []
  const duplicates: string[] = []
  for (const same of copies.values()) {
    if (same.length < 2) continue
    const paths = [...new Set(same.map(({ path }) => path))]
    const labels = [...new Set(same.map(({ label }) => label))]
    if (labels.length > 1) contradictions.push(`${paths.join(' = ')}: ${labels.join(', ')}`)
    if (new Set(same.map(({ split }) => split)).size > 1) leaks.push(paths.join(' = '))
    else if (paths.length > 1 && labels.length === 1) duplicates.push(paths.join(' = '))
  }
  return [
    finding(
      'warning',
      'leak',
      leaks,
      (count) => `${count} images are in more than one split: scores on them say nothing`,
    ),
    finding(
      'warning',
      'contradiction',
      contradictions,
      (count) => `${count} images have more than one label`,
    ),
    finding('warning', 'duplicate', duplicates, (count) => `${count} images lie in a split more than once`),
  ]
}

function classFindings({ classes, splits }: DatasetSummary): DatasetFinding[] {
  const counts = (wanted: string): readonly number[] | undefined =>
    splits.find(({ split }) => split === wanted)?.per_class
  const named = (numbers: readonly number[] | undefined, which: (count: number) => boolean): string[] =>
    classes.flatMap((name, index) =>
      numbers && which(numbers[index] ?? 0) ? [`${name} (${numbers[index] ?? 0})`] : [],
    )
  const train = (counts('train') ?? []).filter((count) => count > 0)
  const [least, most] = [Math.min(...train), Math.max(...train)]
  const bySpelling = Map.groupBy(classes, (name) =>
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' '),
  )
  const similar = [...bySpelling.values()]
    .filter((names) => names.length > 1)
    .map((names) => names.join(' = '))
  return [
    finding(
      'warning',
      'absent_class',
      named(counts('val'), (count) => count === 0),
      (count) => `${count} classes have no validation image`,
    ),
    finding(
      'warning',
      'absent_class',
      named(counts('test'), (count) => count === 0),
      (count) => `${count} classes have no test image`,
    ),
    finding(
      'warning',
      'rare_class',
      named(counts('train'), (count) => count < FEW),
      (count) => `${count} classes have fewer than ${FEW} training images`,
    ),
    finding(
      'warning',
      'imbalance',
      train.length > 0 && most > IMBALANCED * least ? [`${most} : ${least}`] : [],
      () =>
        `the largest class has ${(most / least).toFixed(0)} times the images of the smallest: see data.sampler.mode and data.class_weights`,
    ),
    finding(
      'warning',
      'similar_names',
      similar,
      (count) => `${count} groups of classes differ in spelling only`,
    ),
  ]
}
