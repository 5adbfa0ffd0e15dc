import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CheckpointError } from '../errors/index.ts'
import { type Commit, type CommittedFile, commitNames, orderOf, readCommit } from './commit.ts'
import { hashFile } from './hash-file.ts'
import type { ObjectStore } from './object-store.ts'
import { type Pause, persistently } from './persistence.ts'
import { markerFile, stageFiles } from './stage-files.ts'

/** The commit that a stage was last equal to. */
export interface Marker {
  readonly commit: string
}

export interface PullOptions {
  readonly store: ObjectStore
  readonly stage: string
  readonly warn: (message: string) => void
  readonly pause?: Pause | undefined
}

/** What a stage holds after it was brought up to date. */
export interface Pulled {
  /** The newest commit in the store; undefined where there is none. */
  readonly commit: Commit | undefined
  /** The number of the newest commit. */
  readonly sequence: number
  /** Whether anything was copied; else the stage was as new already, or newer. */
  readonly copied: boolean
}

/**
 * Brings a stage up to the newest commit of its run that verifies. A stage that went on from that very commit is newer and
 * stays. @throws CheckpointError where there are commits and none can be used
 */
export async function pullRun(options: PullOptions): Promise<Pulled> {
  const { store, stage, warn, pause } = options
  await mkdir(stage, { recursive: true })
  const names = await persistently(() => commitNames(store), pause)
  const sequence = orderOf(names[0] ?? '')?.sequence ?? 0
  const marker = await readMarker(stage)
  const refused: string[] = []
  for (const name of names) {
    const commit = await persistently(() => readCommit(store, name), pause)
    if (commit === 'torn') continue
    if (commit !== 'foreign' && marker?.commit === name) return { commit, sequence, copied: false }
    const problem =
      commit === 'foreign' ? 'it is not written as this version reads it' : await copy(commit, name, options)
    if (commit !== 'foreign' && problem === undefined) return { commit, sequence, copied: true }
    refused.push(`${name}: ${problem}`)
    warn(`a saved state of the run is passed over: ${store.url}/${name}: ${problem}`)
  }
  if (refused.length === 0) return { commit: undefined, sequence, copied: false }
  throw new CheckpointError(`no saved state of ${store.url} can be used:\n${refused.join('\n')}`, {
    hint: 'name another hydra.run.dir to begin again',
  })
}

/** Makes the stage equal to a commit; a reason where that cannot be. */
async function copy(commit: Commit, name: string, options: PullOptions): Promise<string | undefined> {
  const { stage } = options
  // Without its marker the stage is of no commit until this is done.
  await rm(join(stage, markerFile), { force: true })
  for (const file of commit.files) {
    // Hydra's files say how this start was made.
    if (file.path.startsWith('.hydra/') && existsSync(join(stage, file.path))) continue
    if (!(await copyFile(file, options))) return `${file.path} is missing or differs from its checksum`
  }
  const wanted = new Set(commit.files.map(({ path }) => path))
  for (const { path } of await stageFiles(stage))
    if (!wanted.has(path) && !path.startsWith('.hydra/')) await rm(join(stage, path), { force: true })
  await writeMarker(stage, { commit: name })
  return undefined
}

async function copyFile(file: CommittedFile, { store, stage, pause }: PullOptions): Promise<boolean> {
  const target = join(stage, file.path)
  if (!(existsSync(target) && (await hashFile(target)) === file.sha256)) {
    await mkdir(dirname(target), { recursive: true })
    const staged = `${target}.pulled.tmp`
    if (!(await persistently(() => store.fetch(file.object, staged), pause))) return false
    if ((await hashFile(staged)) !== file.sha256) return false
    await rename(staged, target)
  }
  await utimes(target, new Date(file.modified), new Date(file.modified))
  return true
}

export async function readMarker(stage: string): Promise<Marker | undefined> {
  try {
    return JSON.parse(await readFile(join(stage, markerFile), 'utf8')) as Marker
  } catch {
    return undefined
  }
}

export async function writeMarker(stage: string, marker: Marker): Promise<void> {
  const file = join(stage, markerFile)
  await writeFile(`${file}.tmp`, JSON.stringify(marker))
  await rename(`${file}.tmp`, file)
}
