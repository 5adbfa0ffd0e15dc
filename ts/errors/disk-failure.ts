import { CheckpointError } from './checkpoint-error.ts'

/** What the system says of a disk that is full, broken or not ours to write. */
const codes = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR'])

/** Whether an error is the disk's. */
export function isDiskError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && codes.has(String(error.code))
}

/** What the disk refused, as a CheckpointError that names the path; any other error as it is. */
export function diskFailure(path: string, error: unknown): unknown {
  if (!isDiskError(error)) return error
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT'
  return new CheckpointError(`${path} could not be written: ${error.message}`, {
    hint: full
      ? 'free some disk space, then start the same command again: it goes on from the last checkpoint'
      : 'check that the folder can be written, then start the same command again',
    cause: error,
  })
}
