import type { ConfigProblem } from '../../errors/index.ts'

/** Collects what is wrong with a configuration, so that all of it is said at once. */
export class Report {
  readonly problems: ConfigProblem[] = []
  readonly warnings: ConfigProblem[] = []

  problem(problem: ConfigProblem): void {
    this.problems.push(problem)
  }

  warning(warning: ConfigProblem): void {
    this.warnings.push(warning)
  }
}
