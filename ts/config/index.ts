import { ConfigError } from '../errors/index.ts'
import { type Composition, composeTree, hydraOf, taskOf } from './compose-tree.ts'
import { HYDRA_VERSION_BASE } from './hydra/fill.ts'
import { resolveTree } from './resolve-tree.ts'
import { type PlainValue, toPlain } from './tree/plain.ts'

export { type ComposeTreeOptions, type Composition, composeTree, hydraOf, taskOf } from './compose-tree.ts'
export { type Explanation, explain, renderExplanation } from './explain.ts'
export type { ConfigNode, ListNode, MapNode, ScalarNode } from './node.ts'
export { resolveTree } from './resolve-tree.ts'
export { fromPlain, type PlainValue, toPlain } from './tree/plain.ts'
export { dumpYaml } from './yaml/dump.ts'
export { loadYaml } from './yaml/load.ts'

export interface ComposeOptions {
  /** Directory of the configuration, absolute or relative to the working directory. */
  readonly configDir: string
  /** Primary config in it, with or without `.yaml`. */
  readonly configName?: string | undefined
  /** Override words, as on the command line. */
  readonly overrides?: readonly string[] | undefined
  /** Hydra's `version_base`; there is one behaviour, that of 1.3. */
  readonly version?: string | undefined
}

/** A file that went into the configuration. */
export interface ComposedSource {
  /** `model/resnet18` */
  readonly config: string
  readonly file: string
  /** The key it was merged at; empty for the root. */
  readonly package: string
}

export interface Composed {
  /** What the program gets; interpolations are resolved, `???` stays as it is. */
  readonly config: { readonly [key: string]: PlainValue }
  readonly hydra: { readonly [key: string]: PlainValue }
  /** In merge order. */
  readonly sources: readonly ComposedSource[]
}

/**
 * Composes a directory of YAML as Hydra 1.3 does: defaults lists, packages, overrides, interpolations. Pure: reads files
 * and environment, changes nothing, needs no schema.
 * @throws ConfigError with all problems and their places
 */
export async function compose(options: ComposeOptions): Promise<Composed> {
  if (options.version !== undefined && !['1.2', HYDRA_VERSION_BASE].includes(options.version)) {
    throw new ConfigError({
      key: 'version',
      message: `the behaviour of Hydra ${options.version} is not available`,
      hint: `leave it out: the language is always that of ${HYDRA_VERSION_BASE}`,
    })
  }
  return lowered(composeTree(options))
}

/** Plain values of a composition. @throws ConfigError for interpolations without a value */
export function lowered(composition: Composition): Composed {
  const hydra = resolveTree(composition, { only: 'hydra', missing: 'keep' })
  return {
    config: plainMap(toPlain(taskOf(resolveTree(composition)))),
    hydra: plainMap(toPlain(hydraOf(hydra))),
    sources: composition.steps.map((step) => ({
      config: step.path,
      file: composition.repository.load(step.path)?.file ?? step.path,
      package: step.package,
    })),
  }
}

function plainMap(value: PlainValue): { readonly [key: string]: PlainValue } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as { [key: string]: PlainValue }
  throw new Error('a composed configuration is a map')
}
