import { ConfigError, type ConfigProblem } from '../../errors/index.ts'

/** Why an interpolation gives no value. */
export type ResolutionFault =
  | 'not_found'
  | 'missing'
  | 'cycle'
  | 'parent'
  | 'scalar'
  | 'unknown_resolver'
  | 'resolver'
  | 'syntax'

/** An interpolation that cannot be resolved; `problem.key` is the key that holds it. */
export class ResolutionError extends ConfigError {
  readonly fault: ResolutionFault

  constructor(fault: ResolutionFault, problem: ConfigProblem) {
    super(problem)
    this.fault = fault
  }
}
