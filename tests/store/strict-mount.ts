import type { MountFiles } from '../../ts/store/mount-files.ts'

/** What the file system answers instead of doing its work. */
export interface Fault {
  readonly code: 'EIO' | 'ESTALE' | 'KILL'
  /** Bytes of a write that reach the bucket before the fault; only `KILL` leaves them behind under the name. */
  readonly after?: number
}

/** A bucket mounted as a folder, stricter than any real one. */
export interface StrictMount extends MountFiles {
  /** What is in the bucket, for the tests to look at and to damage. */
  readonly objects: Map<string, Uint8Array>
  /** Operations so far. */
  readonly operations: readonly string[]
  /** Asked before each operation: its number from 0, what it is, the path. */
  fault: (number: number, operation: string, path: string) => Fault | undefined
  /** Awaited before each operation, which a machine that stands still does not come to. */
  gate: (number: number) => Promise<void>
}

/** A process that was killed does nothing more, and nobody is there to see an error. */
export class Killed extends Error {}

/**
 * Files appear when they are closed, all at once. Nothing is replaced, appended to or renamed: there is no way to ask for
 * it, and opening what is there is refused. Two writers of one name: the second to close gets ESTALE. `objects` may be those of
 * another mount, on another machine.
 */
export function strictMount(objects = new Map<string, Uint8Array>()): StrictMount {
  const operations: string[] = []
  let isDead = false
  const mount: StrictMount = {
    objects,
    operations,
    fault: () => undefined,
    gate: async () => {},
    async list(folder) {
      await begin('list', folder)
      const prefix = folder.endsWith('/') ? folder : `${folder}/`
      return [...objects].flatMap(([name, bytes]) =>
        name.startsWith(prefix) ? [{ name: name.slice(prefix.length), size: bytes.length }] : [],
      )
    },
    async read(path) {
      await begin('read', path)
      const bytes = objects.get(path)
      if (!bytes) throw failure('ENOENT', path)
      return bytes.slice()
    },
    async create(path) {
      await begin('create', path)
      if (objects.has(path)) throw failure('EEXIST', path)
      const pieces: Uint8Array[] = []
      const written = (): Uint8Array => new Uint8Array(Buffer.concat(pieces))
      return {
        async write(bytes) {
          await begin('write', path, (fault) => {
            // A mount that flushes early may leave the beginning of a file when its process dies.
            if (fault.code === 'KILL') objects.set(path, bytes.slice(0, fault.after ?? 0))
          })
          pieces.push(bytes.slice())
        },
        async close() {
          await begin('close', path)
          if (objects.has(path)) throw failure('ESTALE', path)
          objects.set(path, written())
        },
      }
    },
    async remove(path) {
      await begin('remove', path)
      if (!objects.delete(path)) throw failure('ENOENT', path)
    },
  }
  async function begin(operation: string, path: string, onFault?: (fault: Fault) => void): Promise<void> {
    await mount.gate(operations.length)
    if (isDead) throw new Killed()
    const fault = mount.fault(operations.length, operation, path)
    operations.push(`${operation} ${path}`)
    if (!fault) return
    onFault?.(fault)
    if (fault.code !== 'KILL') throw failure(fault.code, path)
    isDead = true
    throw new Killed()
  }
  return mount
}

/** The same bucket as another machine sees it. */
export function sameBucket(mount: StrictMount): StrictMount {
  const other = strictMount()
  for (const [name, bytes] of mount.objects) other.objects.set(name, bytes)
  return other
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
