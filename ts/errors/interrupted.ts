import { Failure } from './failure.ts'

/** A signal ended the run, which can be resumed. */
export class Interrupted extends Failure {
  readonly exitCode = 75
}
