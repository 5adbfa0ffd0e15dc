import type { Repository } from '../sources/repository.ts'

export interface GroupDescription {
  readonly group: string
  readonly options: readonly { readonly name: string; readonly description: string | undefined }[]
}

export function isHydraGroup(group: string): boolean {
  return group === 'hydra' || group.startsWith('hydra/')
}

/** The application's groups with their options, each with the first comment of its file. */
export function describeGroups(repository: Repository): GroupDescription[] {
  const groups = repository.allGroups().filter((group) => !isHydraGroup(group))
  return groups.map((group) => ({
    group,
    options: repository
      .options(group)
      .map((name) => ({ name, description: repository.describe(`${group}/${name}`) })),
  }))
}

/** Groups with one line for each option. */
export function renderGroups(groups: readonly GroupDescription[]): string {
  const width = Math.max(0, ...groups.flatMap(({ options }) => options.map(({ name }) => name.length)))
  return groups
    .map(({ group, options }) => {
      const lines = options.map(({ name, description }) =>
        `  ${name.padEnd(width)}  ${description ?? ''}`.trimEnd(),
      )
      return `${group}\n${lines.join('\n')}\n`
    })
    .join('\n')
}

/** One line for each group: `model: resnet18, resnet50`. */
export function compactGroups(repository: Repository, belongs: (group: string) => boolean): string {
  const groups = repository.allGroups().filter(belongs)
  return groups.map((group) => `${group}: ${repository.options(group).join(', ')}\n`).join('')
}
