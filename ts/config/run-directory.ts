import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { masked, secretValues, secretWords } from '../text/secrets.ts'
import { type Composition, hydraOf, taskOf } from './compose-tree.ts'
import { locatePath } from './interpolation/located.ts'
import { pythonText } from './interpolation/python-text.ts'
import { Resolution } from './interpolation/resolution.ts'
import { type ConfigNode, emptyMap } from './node.ts'
import { nodeAt } from './tree/path.ts'
import { toPlain } from './tree/plain.ts'
import { dumpYaml } from './yaml/dump.ts'

/** Where a job's results lie. */
export interface RunDirectory {
  /** Absolute; undefined where nothing is to be written (`hydra.run.dir=null`). */
  readonly path: string | undefined
  /** Where Hydra's files lie in it; undefined for `hydra.output_subdir=null`. */
  readonly hydraPath: string | undefined
  /** Where the results belong in the end, when `path` is only a stage for it. */
  readonly remote?: string | undefined
  /** Puts Hydra's files back as they were before: what was there is another run's, which must not be touched. */
  readonly restore?: (() => void) | undefined
}

/** The local folder that stands for a location which is no folder, such as a bucket; undefined for ordinary paths. */
export type StageOf = (location: string) => string | undefined

export interface SweepPlace {
  /** Resolved `hydra.sweep.dir`, absolute. */
  readonly directory: string
  readonly number: number
}

/** More suffixes of one name mean that something else is wrong. */
const MAX_SUFFIX = 10_000

/**
 * Resolves, creates and describes the run's directory: `hydra.run.dir`, or for a job of a sweep `hydra.sweep.subdir` in
 * the sweep's directory. A directory named by time is made exclusively, with `-1`, `-2`, … where it exists; one that the
 * user named is used as it is. Sets `hydra.runtime.output_dir`, and for sweeps `hydra.job.num` and `id`.
 * @throws ConfigError
 */
export function prepareRun(composition: Composition, sweep?: SweepPlace, stageOf?: StageOf): RunDirectory {
  const hydra = hydraOf(composition.root)
  const { path, remote } = sweep
    ? { path: sweepJobDirectory(composition, sweep) }
    : singleRunDirectory(composition, stageOf)
  if (path === undefined) return { path: undefined, hydraPath: undefined }
  setAt(hydra, 'runtime', 'output_dir', { kind: 'str', value: path })
  const subdirectory = hydra.entries.get('output_subdir')
  const hydraPath = subdirectory?.kind === 'str' ? join(path, subdirectory.value) : undefined
  const restore = hydraPath === undefined ? undefined : keepHydraFiles(hydraPath)
  if (hydraPath !== undefined) writeHydraFiles(hydraPath, composition)
  return { path, hydraPath, remote, restore }
}

/** Remembers the files of an earlier run in a folder; answers how to put them back. */
function keepHydraFiles(directory: string): (() => void) | undefined {
  const files = ['config.yaml', 'hydra.yaml', 'overrides.yaml'].map((name) => join(directory, name))
  if (!files.every((file) => existsSync(file))) return undefined
  const kept = files.map((file) => [file, readFileSync(file)] as const)
  return () => {
    for (const [file, content] of kept) writeFileSync(file, content)
  }
}

function singleRunDirectory(
  composition: Composition,
  stageOf: StageOf | undefined,
): Pick<RunDirectory, 'path' | 'remote'> {
  const node = nodeAt(composition.root, ['hydra', 'run', 'dir'])
  if (node === undefined || node.kind === 'null') return { path: undefined }
  const text = hydraText(composition, ['run', 'dir'])
  const stage = stageOf?.(text)
  if (stage !== undefined) return { path: makeDirectory(stage, false), remote: text }
  return { path: makeDirectory(resolve(cwdOf(composition), text), isNamedByTime(node)) }
}

function sweepJobDirectory(composition: Composition, sweep: SweepPlace): string {
  const path = resolve(sweep.directory, sweepSubdirectory(composition, sweep.number))
  return makeDirectory(path, false)
}

/** Gives a job its number, which sets where its results lie in the sweep's directory. */
export function sweepSubdirectory(composition: Composition, number: number): string {
  const hydra = hydraOf(composition.root)
  setAt(hydra, 'job', 'id', { kind: 'str', value: String(number) })
  setAt(hydra, 'job', 'num', { kind: 'int', value: BigInt(number) })
  return hydraText(composition, ['sweep', 'subdir'])
}

/** The sweep's directory, made; exclusively where it is named by time. */
export function prepareSweepDirectory(composition: Composition, stageOf?: StageOf): string {
  const node = nodeAt(composition.root, ['hydra', 'sweep', 'dir'])
  if (stageOf?.(hydraText(composition, ['sweep', 'dir'])) !== undefined) {
    throw new ConfigError({
      key: 'hydra.sweep.dir',
      message: 'a sweep keeps its own files in a local folder, not in a bucket',
      place: node?.place,
      hint: 'leave it out; a cloud launcher takes the bucket of its runs by hydra.launcher.bucket',
    })
  }
  const path = resolve(cwdOf(composition), hydraText(composition, ['sweep', 'dir']))
  return makeDirectory(path, node !== undefined && isNamedByTime(node))
}

function isNamedByTime(node: ConfigNode): boolean {
  return node.kind === 'interpolation' && node.value.includes('${now:')
}

function makeDirectory(path: string, exclusive: boolean): string {
  mkdirSync(dirname(path), { recursive: true })
  for (let suffix = 0; suffix <= MAX_SUFFIX; suffix++) {
    const candidate = suffix === 0 ? path : `${path}-${suffix}`
    try {
      mkdirSync(candidate)
      return candidate
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'EEXIST') throw error
      if (!exclusive) {
        mkdirSync(candidate, { recursive: true })
        return candidate
      }
    }
  }
  throw new ConfigError({ key: 'hydra.run.dir', message: `${path} and its numbered variants all exist` })
}

/** Stands for a secret in YAML, where stars mean something. */
const HIDDEN = '<secret>'

/** A tree as YAML without the secrets that stand in it; an interpolation that names one is none. */
function openYaml(node: ConfigNode, composition: Composition, environment: NodeJS.ProcessEnv): string {
  const root = toPlain(composition.root)
  const words = toPlain(nodeAt(hydraOf(composition.root), ['overrides', 'task']) ?? emptyMap())
  const given = Array.isArray(words) ? secretWords(words.map(String)) : []
  return masked(dumpYaml(node), [...secretValues(environment, root), ...given], HIDDEN)
}

/** Writes `config.yaml`, `hydra.yaml` and `overrides.yaml`, interpolations unresolved, as Hydra does, but for secrets. */
export function writeHydraFiles(
  directory: string,
  composition: Composition,
  environment: NodeJS.ProcessEnv = process.env,
): void {
  const yaml = (node: ConfigNode): string => openYaml(node, composition, environment)
  mkdirSync(directory, { recursive: true })
  const hydra = hydraOf(composition.root)
  const overrides = nodeAt(hydra, ['overrides', 'task']) ?? { kind: 'list', items: [] }
  writeFileSync(join(directory, 'config.yaml'), yaml(taskOf(composition.root)))
  writeFileSync(join(directory, 'hydra.yaml'), yaml({ ...emptyMap(), entries: new Map([['hydra', hydra]]) }))
  writeFileSync(join(directory, 'overrides.yaml'), yaml(overrides))
}

/** Writes the master configuration of a sweep. */
export function writeMultirunFile(directory: string, composition: Composition): void {
  writeFileSync(join(directory, 'multirun.yaml'), openYaml(composition.root, composition, process.env))
}

/** A resolved value below `hydra`, as text. @throws ConfigError where it is not set */
export function hydraText(composition: Composition, path: readonly string[]): string {
  const key = `hydra.${path.join('.')}`
  const resolution = new Resolution(composition.root, composition.context)
  const located = locatePath(resolution.root, ['hydra', ...path])
  const node = located && resolution.value(located).node
  if (node === undefined || node.kind === 'null' || node.kind === 'missing') {
    throw new ConfigError({
      key,
      message: 'it is not set',
      place: located?.node.place,
      hint: `write ${key}=VALUE`,
    })
  }
  return pythonText(node)
}

/** A value below `hydra` with everything in it resolved; undefined where it is absent. */
export function hydraValue(composition: Composition, path: readonly string[]): ConfigNode | undefined {
  const resolution = new Resolution(composition.root, composition.context)
  const located = locatePath(resolution.root, ['hydra', ...path])
  return located && resolution.deep(located, { missing: 'keep' })
}

function cwdOf(composition: Composition): string {
  return hydraText(composition, ['runtime', 'cwd'])
}

function setAt(hydra: ReturnType<typeof hydraOf>, map: string, key: string, node: ConfigNode): void {
  const parent = hydra.entries.get(map)
  if (parent?.kind === 'map') parent.entries.set(key, node)
}
