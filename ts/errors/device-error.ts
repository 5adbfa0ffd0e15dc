import { Failure } from './failure.ts'

/** The machine lacks something: says what, or how much memory, and the setting that would fit. */
export class DeviceError extends Failure {
  readonly exitCode = 5
}
