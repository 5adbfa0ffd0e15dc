import { Failure } from './failure.ts'

/** Our own mistake, never the user's. */
export class EngineBug extends Failure {
  readonly exitCode = 70
}
