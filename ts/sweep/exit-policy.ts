/**
 * Whether a job that ended with this exit code is worth starting again: one that a signal ended, after saving (75) or
 * not (128 + signal). What the configuration, the data, a checkpoint or the device is at fault for fails the same way again.
 */
export function isWorthAgain(exitCode: number): boolean {
  return exitCode === resumable || exitCode > 128
}

/** Saved; the same command goes on. */
export const resumable = 75

/** Exit codes after which no start helps, for schedulers that must be told. */
export const hopeless = [2, 3, 4, 5, 6, 70] as const
