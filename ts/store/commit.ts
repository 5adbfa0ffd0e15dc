import * as v from 'valibot'
import type { ObjectStore } from './object-store.ts'

const File = v.object({
  /** In the run folder, with `/`. */
  path: v.pipe(v.string(), v.regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))/, 'leaves the run folder')),
  size: v.number(),
  /** Milliseconds since the epoch: checkpoints are told apart by age. */
  modified: v.number(),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  object: v.string(),
})

const Shape = v.object({
  version: v.literal(1),
  sequence: v.number(),
  time: v.string(),
  host: v.string(),
  files: v.array(File),
  /** How the process that wrote it ended; null while it runs. */
  exit_code: v.nullable(v.number()),
})

/** One state of a run folder in a bucket: written last, after all objects that it names. */
export type Commit = v.InferOutput<typeof Shape>
export type CommittedFile = v.InferOutput<typeof File>

/** A commit with the name of its object. */
export interface NamedCommit {
  readonly name: string
  readonly commit: Commit
}

export const commitPrefix = '.commits/'
export const objectPrefix = '.objects/'

/** Where a commit stands: a later holder of the run comes after all of the earlier ones, whatever these still write. */
export interface CommitOrder {
  /** Of the lease under which it was written. */
  readonly generation: number
  readonly sequence: number
}

/** The names of all commits, newest first. */
export async function commitNames(store: ObjectStore): Promise<string[]> {
  const found = await store.list(commitPrefix)
  return found
    .map(({ name }) => name)
    .filter((name) => orderOf(name) !== undefined)
    .sort((one, other) => (one < other ? 1 : -1))
}

/** A commit's name, which sorts as commits do, and letters that no other process would take. */
export function commitName({ generation, sequence }: CommitOrder): string {
  const [first, second] = [generation, sequence].map((number) => String(number).padStart(8, '0'))
  return `${commitPrefix}${first}-${second}-${crypto.randomUUID().slice(0, 8)}.json`
}

/** Undefined for a name that is none. */
export function orderOf(name: string): CommitOrder | undefined {
  const found = /^\.commits\/(\d{8})-(\d{8})-[0-9a-f]{8}\.json$/.exec(name)
  return found ? { generation: Number(found[1]), sequence: Number(found[2]) } : undefined
}

/** The newest commit that can be read; what is torn or of another version is passed over. */
export async function newestCommit(store: ObjectStore): Promise<NamedCommit | undefined> {
  for (const name of await commitNames(store)) {
    const commit = await readCommit(store, name)
    if (typeof commit === 'object') return { name, commit }
  }
  return undefined
}

/** A commit; `torn` where its writing was cut off, so that it never counted; `foreign` where it says what we cannot use. */
export async function readCommit(store: ObjectStore, name: string): Promise<Commit | 'torn' | 'foreign'> {
  const bytes = await store.read(name)
  if (bytes === undefined) return 'torn'
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return 'torn'
  }
  const parsed = v.safeParse(Shape, value)
  return parsed.success ? parsed.output : 'foreign'
}
