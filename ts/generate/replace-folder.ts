import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * A new empty folder beside `target`, to be filled and then put in its place. Its name tells whose it is, so folders
 * that processes of this machine left when they were killed are removed first.
 */
export function createPartialFolder(target: string): string {
  const parent = dirname(target)
  mkdirSync(parent, { recursive: true })
  const owner = `.${basename(target)}.partial-${hostname()}-`
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(owner) ? Number.parseInt(name.slice(owner.length), 10) : Number.NaN
    if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(parent, `${owner}${process.pid}-`))
  // Readable by others as any new folder: it becomes the data set.
  chmodSync(folder, 0o777 & ~process.umask())
  return folder
}

/** Puts `partial` in the place of `target`, whose former content, if any, is removed. */
export function replaceFolder(partial: string, target: string): void {
  const old = `${partial}-old`
  const replaced = moveIfPresent(target, old)
  try {
    renameSync(partial, target)
  } catch (error) {
    if (replaced) renameSync(old, target)
    throw error
  }
  rmSync(old, { recursive: true, force: true })
}

function moveIfPresent(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
