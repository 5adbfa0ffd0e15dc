import type { ReportEvaluation, RunFacts } from '../report/report-data.ts'
import { type DifferingKey, differingKeys } from './differing-keys.ts'
import { mcnemar } from './mcnemar.ts'

/** One run of a comparison. */
export interface ComparedRun {
  readonly name: string
  /** Of the compared split; absent where the run was not evaluated on it. */
  readonly evaluation: ReportEvaluation | undefined
  /** Against the first run; absent for the first itself and where no image is shared. */
  readonly against: PairedDifference | undefined
}

/** How two models differ on the images that both were scored on. */
export interface PairedDifference {
  readonly sharedImages: number
  /** Right in this run and wrong in the first, and the other way round. */
  readonly won: number
  readonly lost: number
  readonly pValue: number
}

export interface Comparison {
  readonly split: 'val' | 'test'
  readonly runs: readonly ComparedRun[]
  readonly differences: readonly DifferingKey[]
  /** What makes the numbers less comparable than they look. */
  readonly cautions: readonly string[]
}

/** Sets runs side by side, each against the first. */
export function compareRuns(facts: readonly RunFacts[], split: 'val' | 'test'): Comparison {
  const evaluationOf = (run: RunFacts): ReportEvaluation | undefined =>
    run.evaluations.find((candidate) => candidate.split === split)
  const [first] = facts
  const base = first === undefined ? undefined : evaluationOf(first)
  const runs = facts.map((run, index): ComparedRun => {
    const evaluation = evaluationOf(run)
    const paired = index > 0 && base !== undefined && evaluation !== undefined
    return { name: run.name, evaluation, against: paired ? pairedDifference(base, evaluation) : undefined }
  })
  const fingerprints = new Set(facts.map(({ plan }) => plan.data.fingerprint))
  const cautions = [
    ...(fingerprints.size > 1 ? ['the runs saw different data: only shared images are compared'] : []),
    ...runs
      .filter(({ evaluation }) => evaluation === undefined)
      .map(({ name }) => `${name} was not evaluated on ${split}`),
  ]
  return { split, runs, differences: differingKeys(facts.map(({ plan }) => plan.plan)), cautions }
}

/** Both evaluations by the paths of their images and the names of their classes, which may be numbered differently. */
function pairedDifference(first: ReportEvaluation, second: ReportEvaluation): PairedDifference | undefined {
  const rightInFirst = rightByPath(first)
  let [sharedImages, won, lost] = [0, 0, 0]
  for (const [path, { label, right }] of rightByPath(second)) {
    const before = rightInFirst.get(path)
    if (before === undefined || before.label !== label) continue
    sharedImages += 1
    if (right && !before.right) won += 1
    if (!right && before.right) lost += 1
  }
  return sharedImages === 0 ? undefined : { sharedImages, won, lost, pValue: mcnemar(won, lost) }
}

function rightByPath({ samples, classes }: ReportEvaluation): Map<string, { label: string; right: boolean }> {
  const seen = new Map<string, number>()
  return new Map(
    samples.paths.map((path, row) => {
      // Several rows may name one image: the n-th of them here is the n-th there.
      const nth = seen.get(path) ?? 0
      seen.set(path, nth + 1)
      const label = samples.labels[row] ?? 0
      return [`${path}\0${nth}`, { label: classes[label] ?? '', right: samples.predicted[row] === label }]
    }),
  )
}

/** The difference in words: `+3 images of 600 (5 won, 2 lost), p = 0.45`. */
export function differenceText({ sharedImages, won, lost, pValue }: PairedDifference): string {
  const gain = won - lost
  const signed = gain > 0 ? `+${gain}` : gain < 0 ? `−${-gain}` : '±0'
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(pValue < 0.1 ? 3 : 2)}`
  const images = Math.abs(gain) === 1 ? 'image' : 'images'
  return `${signed} ${images} of ${sharedImages} (${won} won, ${lost} lost), ${p}`
}
