import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, createReadStream, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { linkOrCopy } from '../link-or-copy.ts'

/** Bytes that are hashed at a time. */
const PIECE = 1_048_576

export interface ArtifactEntry {
  readonly path: string
  /** MD5 of the file, base64. */
  readonly digest: string
  readonly size: number
  /** Absolute; read at upload. */
  readonly localPath: string
}

/** Files that belong together under a name with versions. */
export interface ModelArtifact {
  readonly name: string
  readonly type: string
  readonly aliases: readonly string[]
  readonly metadata: string
  readonly digest: string
  readonly entries: readonly ArtifactEntry[]
  readonly clientId: string
  readonly sequenceClientId: string
}

/** A file of an artifact and its path in it. */
export interface ArtifactFile {
  readonly path: string
  readonly source: string
}

export interface ArtifactFacts {
  readonly name: string
  readonly type: string
  readonly aliases: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** Where the files are kept until they are uploaded. */
  readonly directory: string
  /** Hard links instead of copies, where the file system has them. */
  readonly link: boolean
}

/** Keeps the files in `directory`, where nothing rotates them away before the upload, and describes them. */
export function makeArtifact(facts: ArtifactFacts, files: readonly ArtifactFile[]): ModelArtifact {
  const kept = keepAll(facts, files)
  return describe(
    facts,
    kept.map((file) => ({
      ...file,
      digest: createHash('md5').update(readFileSync(file.localPath)).digest('base64'),
    })),
  )
}

/** The same with the files read in pieces, between which the caller's work goes on. */
export async function makeArtifactLater(
  facts: ArtifactFacts,
  files: readonly ArtifactFile[],
): Promise<ModelArtifact> {
  const entries: ArtifactEntry[] = []
  for (const file of keepAll(facts, files)) {
    const hash = createHash('md5')
    for await (const piece of createReadStream(file.localPath, { highWaterMark: PIECE })) hash.update(piece)
    entries.push({ ...file, digest: hash.digest('base64') })
  }
  return describe(facts, entries)
}

function keepAll(facts: ArtifactFacts, files: readonly ArtifactFile[]): Omit<ArtifactEntry, 'digest'>[] {
  return files.map(({ path, source }) => {
    const localPath = join(facts.directory, path)
    mkdirSync(dirname(localPath), { recursive: true })
    if (facts.link) linkOrCopy(source, localPath)
    else copyFileSync(source, localPath)
    return { path, size: statSync(localPath).size, localPath }
  })
}

function describe(facts: ArtifactFacts, entries: readonly ArtifactEntry[]): ModelArtifact {
  const { name, type, aliases } = facts
  return {
    name,
    type,
    aliases,
    metadata: JSON.stringify(facts.metadata),
    digest: manifestDigest(entries),
    entries,
    clientId: randomBytes(64).toString('hex'),
    sequenceClientId: randomBytes(64).toString('hex'),
  }
}

/** Hex MD5 over the sorted entries, as artifact_manifest_v1.py computes it. */
export function manifestDigest(entries: readonly Pick<ArtifactEntry, 'path' | 'digest'>[]): string {
  const hash = createHash('md5').update('wandb-artifact-manifest-v1\n')
  const lines = entries.map(({ path, digest }) => `${path}:${digest}\n`).sort()
  for (const line of lines) hash.update(line)
  return hash.digest('hex')
}
