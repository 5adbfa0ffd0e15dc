import { Failure } from './failure.ts'

/** The run left the finite numbers: step, learning rate, images of the batch, last good checkpoint. */
export class DivergedError extends Failure {
  readonly exitCode = 6
}
