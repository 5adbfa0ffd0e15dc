/** What every failure that a user may see carries. */
export interface FailureDetails {
  /** The way out: what to do, type or change next. */
  readonly hint?: string | undefined
  /** Machine-readable context. */
  readonly details?: unknown
  readonly cause?: unknown
}

/** A failure with a message for people and an exit code for scripts. Its subclasses say who is at fault. */
export abstract class Failure extends Error {
  abstract readonly exitCode: number
  readonly hint: string | undefined
  readonly details: unknown

  constructor(message: string, options: FailureDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.hint = options.hint
    this.details = options.details
  }
}
