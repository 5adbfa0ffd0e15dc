import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, linkSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

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
  const entries = files.map(({ path, source }) => {
    const localPath = join(facts.directory, path)
    mkdirSync(dirname(localPath), { recursive: true })
    keep(source, localPath, facts.link)
    const digest = createHash('md5').update(readFileSync(localPath)).digest('base64')
    return { path, digest, size: statSync(localPath).size, localPath }
  })
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

function keep(source: string, place: string, link: boolean): void {
  if (link) {
    try {
      linkSync(source, place)
      return
    } catch {
      // Another file system, or one without links: a copy does.
    }
  }
  copyFileSync(source, place)
}
