import { Failure } from './failure.ts'

/** A checkpoint or another artefact of a run cannot be used: names the tensor or file. */
export class CheckpointError extends Failure {
  readonly exitCode = 4
}
