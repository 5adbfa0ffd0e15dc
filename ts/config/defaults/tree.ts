import { ConfigError, type Place } from '../../errors/index.ts'
import type { ResolutionContext } from '../interpolation/resolution.ts'
import type { LoadedConfig, Repository } from '../sources/repository.ts'
import type { Choices } from './choices.ts'
import type { ConfigEntry, DefaultsEntry, GroupEntry } from './entry.ts'
import { resolveOption } from './interpolated-option.ts'
import { notFound, optionMissing } from './not-found.ts'
import {
  configPath,
  finalPackage,
  groupPath,
  overrideKey,
  type PlacedEntry,
  pathName,
  type Standing,
} from './package.ts'

/** A node of the defaults tree: a file that is merged, with the files that it includes. */
export interface DefaultsNode {
  /** As `--info defaults-tree` shows it. */
  readonly label: string
  /** Path of the file, undefined for a choice of nothing. */
  readonly path: string | undefined
  /** Where the content lands; empty for the root. */
  readonly package: string
  /** Of a group's choice. */
  readonly overrideKey?: string | undefined
  readonly isSelf: boolean
  readonly isPrimary: boolean
  /** Deleted, optional and absent, or not chosen yet. */
  readonly isDropped: boolean
  /** Undefined for a file without a defaults list. */
  readonly children?: readonly DefaultsNode[] | undefined
}

export interface TreeOptions {
  readonly repository: Repository
  readonly choices: Choices
  readonly appended: readonly GroupEntry[]
  /** Composing the master of a sweep: a mandatory choice may still be open. */
  readonly allowOpenChoices: boolean
  /** For interpolated choices. */
  readonly context: ResolutionContext
  readonly warn: (message: string, place?: Place) => void
}

const ROOT: Standing = { directory: '', package: '' }

/** What surrounds the entry that is being visited. */
interface Context {
  readonly standing: Standing
  /** The path of the including file. */
  readonly includer: string | undefined
  readonly ancestors: readonly string[]
  readonly inInterpolated: boolean
  readonly isPrimary: boolean
}

/** The defaults tree of a primary config, below Hydra's own. @throws ConfigError */
export function buildDefaultsTree(configName: string | undefined, options: TreeOptions): DefaultsNode {
  const builder = new TreeBuilder(options)
  const context = { standing: ROOT, includer: undefined, ancestors: [], inInterpolated: false }
  // From the end, as everywhere: the primary's overrides of Hydra's groups must be known first.
  const primary =
    configName === undefined ? [] : [builder.visit(pathEntry(configName), { ...context, isPrimary: true })]
  const hydra = builder.visit(pathEntry('hydra/config'), { ...context, isPrimary: false })
  options.choices.checkAllUsed()
  const children = [hydra, ...primary]
  return {
    label: '<root>',
    path: undefined,
    package: '',
    isSelf: false,
    isPrimary: false,
    isDropped: false,
    children,
  }
}

function pathEntry(path: string): ConfigEntry {
  return { kind: 'config', path, package: undefined, optional: false }
}

class TreeBuilder {
  readonly #options: TreeOptions

  constructor(options: TreeOptions) {
    this.#options = options
  }

  visit(entry: PlacedEntry, context: Context): DefaultsNode {
    const { repository, choices } = this.#options
    const { standing } = context
    const option = entry.kind === 'group' ? singleOption(entry) : pathName(entry)
    const path = option === null ? undefined : configPath(entry, standing, option)
    const file = path === undefined || option === '???' ? undefined : repository.load(path)
    const base = {
      label: path ?? '',
      path,
      package: finalPackage(entry, standing, file?.package),
      isSelf: false,
      isPrimary: context.isPrimary,
      isDropped: false,
    }
    if (entry.kind === 'config') return this.#file(entry, base, file, context)
    const key = overrideKey(entry, standing)
    const node = { ...base, label: `${key}: ${option ?? 'null'}`, overrideKey: key }
    if (choices.isDeleted(key, option)) return { ...node, isDropped: true }
    choices.record(key, groupPath(entry, standing), option, entry.place)
    if (option === null) return node
    if (option === '???') {
      if (this.#options.allowOpenChoices) return { ...node, isDropped: true }
      throw optionMissing(key, groupPath(entry, standing), repository, entry.place)
    }
    return this.#file(entry, node, file, context)
  }

  #file(
    entry: PlacedEntry,
    node: DefaultsNode,
    file: LoadedConfig | undefined,
    context: Context,
  ): DefaultsNode {
    const path = node.path ?? ''
    if (file === undefined) {
      if (entry.optional) return { ...node, isDropped: true }
      throw notFound(entry, path, groupPath(entry, context.standing), context, this.#options.repository)
    }
    if (context.ancestors.includes(path)) {
      throw new ConfigError({
        message: `the defaults of '${path}' include itself: ${[...context.ancestors, path].join(' → ')}`,
        place: entry.place,
      })
    }
    for (const warning of file.warnings) this.#options.warn(warning.message, warning.place)
    const entries = this.#entries(file, context.isPrimary, path)
    if (entries.length === 0) return node
    const standing = { directory: groupPath(entry, context.standing), package: node.package }
    const inside: Context = {
      standing,
      includer: path,
      ancestors: [...context.ancestors, path],
      inInterpolated: context.inInterpolated,
      isPrimary: false,
    }
    this.#registerOverrides(entries, inside, path)
    const children = this.#children(entries, node, inside)
    return children.length === 0 ? node : { ...node, children }
  }

  /** The file's defaults list with `_self_` in it, and what the command line appends to the primary's. */
  #entries(file: LoadedConfig, isPrimary: boolean, path: string): readonly DefaultsEntry[] {
    const written = file.defaults ?? []
    const appended = isPrimary ? this.#options.appended : []
    const selves = written.filter((entry) => entry.kind === 'self')
    const [, second] = selves
    if (second) {
      throw new ConfigError({
        message: `duplicate _self_ in the defaults of '${path}'`,
        place: second.place,
        hint: 'keep one',
      })
    }
    const includes = written.some(
      (entry) => entry.kind === 'config' || (entry.kind === 'group' && !entry.override),
    )
    if (
      isPrimary &&
      includes &&
      selves.length === 0 &&
      file.content.kind === 'map' &&
      file.content.entries.size > 0
    ) {
      const message = `the defaults list of '${path}' has no _self_, so its own values win over all of its defaults`
      this.#options.warn(`${message}; write _self_ where they should merge`, written[0]?.place)
    }
    const needsSelf = selves.length === 0 && (includes || appended.length > 0)
    return [...written, ...(needsSelf ? [{ kind: 'self' } as const] : []), ...appended]
  }

  #registerOverrides(entries: readonly DefaultsEntry[], context: Context, path: string): void {
    let last: GroupEntry | undefined
    for (const entry of entries) {
      if (entry.kind === 'self') continue
      if (entry.kind === 'group' && entry.override) {
        last = entry
        const key = overrideKey(entry, context.standing)
        if (context.inInterpolated) {
          throw new ConfigError({
            message: `in '${path}': overrides are not allowed below an interpolated choice (override ${key})`,
            place: entry.place,
          })
        }
        this.#options.choices.choose(key, entry.value, entry.place, path)
      } else if (last && !(entry.kind === 'group' && entry.appended)) {
        const name =
          entry.kind === 'group' ? `${overrideKey(entry, context.standing)}: ${entry.value}` : entry.path
        const override = `${overrideKey(last, context.standing)} : ${last.value}`
        throw new ConfigError({
          message: `in ${path}: override '${override}' is defined before '${name}'`,
          place: last.place,
          hint: 'overrides must be at the end of the defaults list',
        })
      }
    }
  }

  /** In reverse, so that later entries choose for earlier ones; interpolated choices last of all. */
  #children(entries: readonly DefaultsEntry[], node: DefaultsNode, context: Context): DefaultsNode[] {
    const slots: (DefaultsNode | PlacedEntry)[] = []
    for (const entry of [...entries].reverse()) {
      if (entry.kind === 'self')
        slots.push({ ...node, label: '_self_', isSelf: true, overrideKey: undefined })
      else if (entry.kind === 'config')
        slots.push(entry.path.includes('${') ? entry : this.visit(entry, context))
      else if (!entry.override) slots.push(...this.#group(entry, context))
    }
    const known = this.#options.choices.known
    const children = slots.map((slot) => {
      if ('label' in slot) return slot
      return this.visit(resolveOption(slot, known, this.#options.context), {
        ...context,
        inInterpolated: true,
      })
    })
    return children.reverse()
  }

  #group(entry: GroupEntry, context: Context): (DefaultsNode | PlacedEntry)[] {
    const chosen = this.#options.choices.optionFor(overrideKey(entry, context.standing))
    const value = chosen === undefined ? entry.value : chosen.value
    if (typeof value === 'string' || value === null) {
      const single = { ...entry, value }
      return [value?.includes('${') ? single : this.visit(single, context)]
    }
    return [...value].reverse().map((option) => {
      const path = `${entry.group}/${option}`
      return this.visit(
        { kind: 'config', path, package: entry.package, optional: entry.optional, place: entry.place },
        context,
      )
    })
  }
}

function singleOption(entry: GroupEntry): string | null {
  if (entry.value === null || typeof entry.value === 'string') return entry.value
  throw new Error('a list of options is expanded before it is visited')
}
