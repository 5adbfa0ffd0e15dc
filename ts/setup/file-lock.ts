import { dlopen, read } from 'bun:ffi'
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Interrupted } from '../errors/index.ts'
import { platformOf } from '../native/platform.ts'

const LOCK_EX_NB = 2 | 4
const pollMilliseconds = 100

/** EWOULDBLOCK: somebody else holds the lock. */
const wouldBlock = process.platform === 'darwin' ? 35 : 11
const interrupted = 4

/**
 * Runs `work` while this process alone holds the lock file. The kernel gives the lock back when its holder ends
 * however it ends, so there is no stale lock; the file itself stays and names the last holder.
 * On a file system without locks the work runs unlocked: every step of setup is atomic by itself.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { readonly onWait?: (holder: string) => void; readonly interrupt?: AbortSignal } = {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  const descriptor = openSync(file, 'a+', 0o644)
  try {
    let announced = false
    for (;;) {
      const errno = tryLock(descriptor)
      if (errno === 0) break
      if (errno === interrupted) continue
      if (errno !== wouldBlock) break
      if (!announced) options.onWait?.(readFileSync(file, 'utf8').trim() || 'another process')
      announced = true
      if (options.interrupt?.aborted) throw new Interrupted(`interrupted while waiting for ${file}`)
      await Bun.sleep(pollMilliseconds)
    }
    ftruncateSync(descriptor, 0)
    writeSync(descriptor, `process ${process.pid}\n`)
    return await work()
  } finally {
    closeSync(descriptor)
  }
}

/** 0, or the errno of flock(2). */
function tryLock(descriptor: number): number {
  const { flock, errnoAddress } = cLibrary()
  if (flock(descriptor, LOCK_EX_NB) === 0) return 0
  const address = errnoAddress()
  return address === null ? wouldBlock : read.i32(address)
}

interface CLibrary {
  flock(descriptor: number, operation: number): number
  errnoAddress(): Parameters<typeof read.i32>[0] | null
}
let opened: CLibrary | undefined

function cLibrary(): CLibrary {
  if (opened) return opened
  const { libc } = platformOf(process.platform, process.arch)
  const flock = { args: ['i32', 'i32'], returns: 'i32' } as const
  const errno = { args: [], returns: 'ptr' } as const
  if (process.platform === 'darwin') {
    const { symbols } = dlopen(libc, { flock, __error: errno })
    opened = { flock: symbols.flock, errnoAddress: symbols.__error }
  } else {
    const { symbols } = dlopen(libc, { flock, __errno_location: errno })
    opened = { flock: symbols.flock, errnoAddress: symbols.__errno_location }
  }
  return opened
}
