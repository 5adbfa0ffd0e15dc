import { Failure } from './failure.ts'

/** Where a value was written: a file, or the n-th override word of the command line. */
export type Place =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'override'; readonly text: string; readonly argument: number; readonly column: number }

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Full dotted key, where there is one. */
  readonly key?: string | undefined
  readonly message: string
  readonly place?: Place | undefined
  /** Nearest valid names, best first. */
  readonly suggestions?: readonly string[] | undefined
  readonly hint?: string | undefined
}

/** The configuration is at fault, found before anything starts. Holds all problems at once. */
export class ConfigError extends Failure {
  readonly exitCode = 2
  readonly problems: readonly ConfigProblem[]

  constructor(
    problems: readonly ConfigProblem[] | ConfigProblem,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    const all = Array.isArray(problems) ? (problems as readonly ConfigProblem[]) : [problems as ConfigProblem]
    super(all.map(renderProblem).join('\n'), { hint: options.hint, cause: options.cause, details: all })
    this.problems = all
  }
}

/** `file:line:column`, or the override word with a caret under the offending column. */
export function renderPlace(place: Place): string {
  if (place.kind === 'file') return `${place.file}:${place.line}:${place.column}`
  return `argument ${place.argument + 1}: ${place.text}\n${' '.repeat(`argument ${place.argument + 1}: `.length + Math.max(0, place.column - 1))}^`
}

function renderProblem(problem: ConfigProblem): string {
  const lines = [problem.key === undefined ? problem.message : `${problem.key}: ${problem.message}`]
  if (problem.place)
    lines.push(
      ...renderPlace(problem.place)
        .split('\n')
        .map((line) => `    ${line}`),
    )
  if (problem.suggestions?.length) lines.push(`    did you mean ${problem.suggestions.join(', ')}?`)
  if (problem.hint) lines.push(`    ${problem.hint}`)
  return lines.join('\n')
}
