import { isAbsolute, join, relative, resolve } from 'node:path'

/**
 * Absolute path of what a callback was told to write to. A relative path lies in the run folder, unless it already
 * leads there from the working directory (as `${hydra.run.dir}/checkpoints` does); `null` is the run folder itself.
 */
export function runPath(runDirectory: string, path: string | null): string {
  if (path === null) return runDirectory
  if (isAbsolute(path)) return path
  const fromHere = resolve(path)
  const within = relative(runDirectory, fromHere)
  return within.startsWith('..') || isAbsolute(within) ? join(runDirectory, path) : fromHere
}

/** `epoch_007`: the folder of one epoch's pictures, counted from 0. */
export function epochFolder(epoch: number): string {
  return `epoch_${String(epoch).padStart(3, '0')}`
}
