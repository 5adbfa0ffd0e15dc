import { hostname } from 'node:os'
import { join } from 'node:path'
import {
  type Commit,
  type CommittedFile,
  commitName,
  commitNames,
  objectPrefix,
  readCommit,
} from './commit.ts'
import { hashBytes, hashFile } from './hash-file.ts'
import { leaseGeneration, leasePrefix } from './lease.ts'
import { errorCode } from './mount-files.ts'
import type { ObjectSource, ObjectStore } from './object-store.ts'
import { type Pause, persistently } from './persistence.ts'
import { writeMarker } from './pull-run.ts'
import { type StagedFile, stageFiles } from './stage-files.ts'

/** Files up to this size are read once and sent from memory: they may grow meanwhile. Larger ones never change. */
const memoryBytes = 32 << 20
/** Files up to this size are always read: a pointer may be written twice, to the same size, within one tick of the disk's clock. */
const smallBytes = 64 << 10
/** Commits that stay: the newest, and one to fall back to. */
const keptCommits = 2
const scans = 5

export interface PushOptions {
  readonly store: ObjectStore
  readonly stage: string
  /** Number of the lease under which this process writes. */
  readonly generation: number
  /** Asked before what could harm another holder of the run; throws where there is one. */
  readonly confirm?: (() => Promise<void>) | undefined
  readonly pause?: Pause | undefined
}

/** Copies states of a stage into a store: objects first, each under its checksum, then the commit that names them. */
export class RunPusher {
  readonly #options: PushOptions
  /** By path: what a file was when it was last looked at. */
  readonly #known = new Map<string, { readonly file: StagedFile; readonly sha256: string }>()
  /** By checksum: objects that this process made or found whole. */
  readonly #objects = new Map<string, string>()
  #cleared = false

  constructor(options: PushOptions, committed: readonly CommittedFile[] = []) {
    this.#options = options
    for (const { sha256, object } of committed) this.#objects.set(sha256, object)
  }

  /**
   * Commits the stage as it is now. `exitCode` is null while the run goes on. A process that stands still between being
   * confirmed and committing may commit too late: its commit then comes before those of the next holder and does no harm.
   */
  async push(sequence: number, exitCode: number | null): Promise<Commit> {
    const { store, stage, generation, confirm, pause } = this.#options
    const commit: Commit = {
      version: 1,
      sequence,
      time: new Date().toISOString(),
      host: hostname(),
      files: await this.#upload(),
      exit_code: exitCode,
    }
    await confirm?.()
    const bytes = new TextEncoder().encode(`${JSON.stringify(commit)}\n`)
    const name = await persistently(async () => {
      // A new name each time: a torn one stays behind and is passed over by readers.
      const candidate = commitName({ generation, sequence })
      await store.create(candidate, { bytes })
      return candidate
    }, pause)
    await writeMarker(stage, { commit: name })
    return commit
  }

  /**
   * Removes commits that are no longer needed, and objects that only they named. What a holder before this one left unfinished
   * goes with the first call.
   */
  async tidy(): Promise<void> {
    const { store, confirm } = this.#options
    await confirm?.()
    const names = await commitNames(store)
    const needed = new Set<string>()
    let kept = 0
    for (const name of names) {
      const commit = await readCommit(store, name)
      // A torn one among the newest may be of another machine that is just writing it.
      if (kept < keptCommits && commit === 'torn') continue
      if (commit === 'foreign') continue
      if (commit !== 'torn' && kept < keptCommits) {
        kept++
        for (const { object } of commit.files) needed.add(object)
        continue
      }
      await store.remove(name)
      for (const { object, sha256 } of commit === 'torn' ? [] : commit.files) {
        if (needed.has(object)) continue
        await store.remove(object)
        this.#objects.delete(sha256)
      }
    }
    if (!this.#cleared) await this.#clear(names)
    this.#cleared = true
  }

  /** Removes objects of earlier holders that no commit names, and their leases. */
  async #clear(names: readonly string[]): Promise<void> {
    const { store, generation } = this.#options
    const commits = await Promise.all(names.map((name) => readCommit(store, name)))
    if (commits.includes('foreign')) return
    const named = new Set(
      commits.flatMap((commit) =>
        typeof commit === 'string' ? [] : commit.files.map(({ object }) => object),
      ),
    )
    for (const { name } of await store.list(objectPrefix))
      if (generationOf(name) < generation && !named.has(name)) await store.remove(name)
    for (const { name } of await store.list(leasePrefix))
      if (leaseGeneration(name) < generation) await store.remove(name)
  }

  /** All files of the stage as objects. A file that vanishes meanwhile makes it look again. */
  async #upload(): Promise<CommittedFile[]> {
    for (let scan = 1; ; scan++) {
      try {
        const files: CommittedFile[] = []
        for (const file of await stageFiles(this.#options.stage)) files.push(await this.#uploadFile(file))
        return files
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || scan === scans) throw error
      }
    }
  }

  async #uploadFile(file: StagedFile): Promise<CommittedFile> {
    const path = join(this.#options.stage, file.path)
    const known = this.#known.get(file.path)
    const same = known?.file.size === file.size && known.file.modified === file.modified
    const unchanged = same && file.size > smallBytes
    const object = unchanged ? this.#objects.get(known.sha256) : undefined
    if (unchanged && object !== undefined) return { ...file, sha256: known.sha256, object }
    if (file.size > memoryBytes) {
      const sha256 = await hashFile(path)
      return this.#note(file, sha256, await this.#object(sha256, file.size, { file: path }))
    }
    const bytes = (await Bun.file(path).bytes()).slice(0, file.size)
    const sha256 = hashBytes(bytes)
    return this.#note(file, sha256, await this.#object(sha256, bytes.length, { bytes }))
  }

  #note(file: StagedFile, sha256: string, object: string): CommittedFile {
    this.#known.set(file.path, { file, sha256 })
    return { ...file, sha256, object }
  }

  /** The name of an object with this content, made if need be. */
  async #object(sha256: string, size: number, source: ObjectSource): Promise<string> {
    const known = this.#objects.get(sha256)
    if (known !== undefined) return known
    const { store, generation, pause } = this.#options
    // Of an earlier holder only what its commit names is used: whatever else it made, it may still remove.
    const plain = objectName(sha256, generation)
    const name = await persistently(async () => {
      for (const { name: there, size: found } of await store.list(plain)) if (found === size) return there
      // What a broken upload left under the plain name is never written over.
      if (await store.create(plain, source)) return plain
      const other = `${plain}-${crypto.randomUUID().slice(0, 8)}`
      await store.create(other, source)
      return other
    }, pause)
    this.#objects.set(sha256, name)
    return name
  }
}

function objectName(sha256: string, generation: number): string {
  return `${objectPrefix}${sha256}-${String(generation).padStart(8, '0')}`
}

/** Infinite for a name that is not ours to remove. */
function generationOf(object: string): number {
  return Number(
    /^\.objects\/[0-9a-f]{64}-(\d{8})(-[0-9a-f]{8})?$/.exec(object)?.[1] ?? Number.POSITIVE_INFINITY,
  )
}
