import { Failure } from './failure.ts'

/** The data set is at fault: names the file and row. */
export class DataError extends Failure {
  readonly exitCode = 3
}
