import { StoreUnavailable } from './gcs-store.ts'
import { errorCode } from './mount-files.ts'

/** What a mount or a connection may answer now and not a moment later. */
const passing = new Set(['ESTALE', 'EIO', 'EAGAIN', 'EINTR', 'EBUSY', 'ETIMEDOUT', 'ECONNRESET', 'ENOTCONN'])
const tries = 5
const firstPauseMilliseconds = 250

export type Pause = (milliseconds: number) => Promise<unknown>

export function isPassing(error: unknown): boolean {
  return error instanceof StoreUnavailable || passing.has(errorCode(error) ?? '')
}

/** Tries again, with growing pauses, what fails for reasons that pass. `work` gets the number of the try, from 0. */
export async function persistently<T>(
  work: (attempt: number) => Promise<T>,
  pause: Pause = Bun.sleep,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      if (!isPassing(error) || attempt + 1 >= tries) throw error
      await pause(firstPauseMilliseconds * 2 ** attempt)
    }
  }
}
