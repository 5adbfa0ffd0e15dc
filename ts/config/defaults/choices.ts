import { ConfigError, type ConfigProblem, type Place } from '../../errors/index.ts'
import { type Element, isSweep, keyWithPackage, type Override } from '../overrides/value.ts'
import type { Repository } from '../sources/repository.ts'
import { nearest } from '../suggest/nearest.ts'
import type { GroupEntry } from './entry.ts'

export type Option = string | readonly string[] | null

interface Choice {
  readonly value: Option
  readonly place: Place | undefined
  /** The file whose `override` made the choice; undefined for the command line. */
  readonly file: string | undefined
  used: boolean
}

interface Deletion {
  /** Delete only when this is chosen. */
  readonly option: string | undefined
  readonly place: Place
  used: boolean
}

/** Which options are chosen, by override key; the first registration of a key wins. */
export class Choices {
  readonly #choices = new Map<string, Choice>()
  readonly #deletions = new Map<string, Deletion>()
  readonly #known = new Map<string, string | null>()
  readonly #keysOfGroup = new Map<string, Set<string>>()

  choose(key: string, value: Option, place: Place | undefined, file?: string): void {
    if (!this.#choices.has(key)) this.#choices.set(key, { value, place, file, used: false })
  }

  /** A repeated word on the command line: the last one counts. */
  chooseAgain(key: string, value: Option, place: Place): void {
    this.#choices.set(key, { value, place, file: undefined, used: false })
  }

  delete(key: string, option: string | undefined, place: Place): void {
    this.#deletions.set(key, { option, place, used: false })
  }

  /** The chosen option for a key, undefined where nothing overrides the file's own. */
  optionFor(key: string): { readonly value: Option } | undefined {
    const choice = this.#choices.get(key)
    if (choice) choice.used = true
    return choice
  }

  isDeleted(key: string, option: string | null): boolean {
    const deletion = this.#deletions.get(key)
    if (!deletion || (deletion.option !== undefined && deletion.option !== option)) return false
    deletion.used = true
    return true
  }

  /** Records what was chosen. @throws ConfigError when the same key has another option already */
  record(key: string, group: string, option: string | null, place: Place | undefined): void {
    const before = this.#known.get(key)
    if (before !== undefined && before !== option) {
      throw new ConfigError({
        key,
        message: `multiple values for ${key}: '${option}' and '${before}'`,
        place,
        hint: `to change a choice that is made elsewhere, use 'override ${key}: ${before}'`,
      })
    }
    this.#known.set(key, option)
    const keys = this.#keysOfGroup.get(group) ?? new Set()
    this.#keysOfGroup.set(group, keys.add(key))
  }

  /** Override key to option, in the order of their discovery. */
  get known(): ReadonlyMap<string, string | null> {
    return this.#known
  }

  /** @throws ConfigError for every choice and deletion that met no entry */
  checkAllUsed(): void {
    const problems: ConfigProblem[] = []
    for (const [key, choice] of this.#choices)
      if (!choice.used) problems.push(this.#unusedChoice(key, choice))
    for (const [key, deletion] of this.#deletions) {
      if (deletion.used) continue
      const text = deletion.option === undefined ? key : `${key}=${deletion.option}`
      const chosen = this.#known.get(key)
      problems.push({
        message: `could not delete '${text}': no match in the defaults list`,
        place: deletion.place,
        suggestions: nearest(key, this.#known.keys()),
        hint:
          chosen === undefined ? undefined : `'${key}' is '${chosen}'; ~${key} deletes whatever is chosen`,
      })
    }
    if (problems.length > 0) throw new ConfigError(problems)
  }

  /** A choice of the same name elsewhere, else near names. */
  #near(group: string, key: string): string[] {
    const name = group.slice(group.lastIndexOf('/') + 1)
    return name !== group && this.#known.has(name) ? [`/${name}`] : nearest(key, this.#known.keys())
  }

  #unusedChoice(key: string, choice: Choice): ConfigProblem {
    const group = key.split('@')[0] ?? key
    const others = [...(this.#keysOfGroup.get(group) ?? [])].sort()
    const where = choice.file === undefined ? '' : `in '${choice.file}': `
    const noMatch = others.length > 0 ? '' : ': no match in the defaults list'
    const one = others.length > 1 ? 'one of ' : ''
    return {
      message: `${where}could not override '${key}'${noMatch}`,
      place: choice.place,
      suggestions: others.length > 0 ? [`${one}${others.join(', ')}`] : this.#near(group, key),
      hint:
        choice.file === undefined
          ? `to append to your defaults list, use +${key}=${optionText(choice.value)}`
          : 'the path of an override starts at the root with /: override /group: option',
    }
  }
}

function optionText(option: Option): string {
  if (option === null) return 'null'
  return typeof option === 'string' ? option : `[${option.join(',')}]`
}

/** The words of the command line, told apart. */
export interface SortedOverrides {
  readonly choices: Choices
  /** From `+group=option`, in order. */
  readonly appended: readonly GroupEntry[]
  /** Overrides of values. */
  readonly values: readonly Override[]
}

/** An override chooses an option where a group of its name exists and its value is no map. @throws ConfigError */
export function sortOverrides(overrides: readonly Override[], repository: Repository): SortedOverrides {
  const choices = new Choices()
  const appended: GroupEntry[] = []
  const values: Override[] = []
  const problems: ConfigProblem[] = []
  for (const override of overrides) {
    const { value } = override
    if (value !== undefined && isSweep(value)) continue
    if (value?.kind === 'dict' || override.key === '' || !repository.groupExists(override.key)) {
      values.push(override)
      continue
    }
    const place: Place = {
      kind: 'override',
      text: override.text,
      argument: override.argument,
      column: override.keyColumn,
    }
    const key = keyWithPackage(override)
    if (override.operation === 'force_add') {
      problems.push({
        message: `force-add of config groups is not supported: '${override.text}'`,
        place,
        hint: `use ${override.text.slice(2)} to choose an option, or ${override.text.slice(1)} to append one`,
      })
    } else if (override.operation === 'delete') {
      const option = value === undefined ? null : optionOf(value, override)
      if (option === null || typeof option === 'string') choices.delete(key, option ?? undefined, place)
      else
        problems.push({ message: `the value of the deletion '${override.text}' must be one option`, place })
    } else if (override.operation === 'add') {
      appended.push({
        kind: 'group',
        group: override.key,
        value: value === undefined ? null : optionOf(value, override),
        package: override.package,
        optional: false,
        override: false,
        appended: true,
        place,
      })
    } else choices.chooseAgain(key, value === undefined ? null : optionOf(value, override), place)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { choices, appended, values }
}

/** The option that a value names: numbers and booleans by the text they were written as. */
function optionOf(value: Element, override: Override): Option {
  switch (value.kind) {
    case 'null':
      return null
    case 'str':
      return value.value
    case 'list':
      return value.items.map((item) => {
        if (item.kind === 'str') return item.value
        if (item.kind === 'int' || item.kind === 'float' || item.kind === 'bool') return String(item.value)
        throw new ConfigError({
          message: `an option in '${override.text}' must be text, not ${item.kind}`,
          place: {
            kind: 'override',
            text: override.text,
            argument: override.argument,
            column: override.valueColumn,
          },
        })
      })
    default:
      return override.text.slice(override.valueColumn - 1).trim()
  }
}
