import type { InfoKind } from '../command-line.ts'
import { type Composition, taskOf } from '../compose-tree.ts'
import type { DefaultsNode } from '../defaults/tree.ts'
import { HYDRA_VERSION } from '../hydra/fill.ts'
import { dumpYaml } from '../yaml/dump.ts'
import { SHELLS } from './completion-script.ts'
import { heading, plainTable } from './table.ts'

/** The text of `--info`. */
export function renderInfo(composition: Composition, kind: InfoKind): string {
  switch (kind) {
    case 'searchpath':
      return `\n${searchPath(composition)}\n`
    case 'defaults':
      return `\n${defaultsList(composition)}\n`
    case 'defaults-tree':
      return `\n${defaultsTree(composition)}\n`
    case 'config':
      return `\n${configInfo(composition)}\n`
    case 'plugins':
      return `\n${plugins(composition)}\n`
    case 'all':
      return `${heading(`Hydra ${HYDRA_VERSION}`, '=')}\n\n${plugins(composition)}\n\n${configInfo(composition)}\n`
  }
}

/** What stands in Hydra's plugins' places here: built in, or an own choice of the tree. */
function plugins({ repository }: Composition): string {
  const choices = (group: string): readonly string[] => repository.options(`hydra/${group}`)
  const kinds = { ConfigSource: ['file', 'structured'], CompletionPlugin: SHELLS }
  const all = { ...kinds, Launcher: choices('launcher'), Sweeper: choices('sweeper') }
  const lists = Object.entries(all).map(([kind, names]) =>
    [`\t${kind}:`, `\t${'-'.repeat(kind.length + 1)}`, ...names.map((name) => `\t\t${name}`)].join('\n'),
  )
  return [heading('Installed Hydra Plugins', '*'), ...lists].join('\n')
}

function configInfo(composition: Composition): string {
  const config = `${heading('Config', '*')}\n${dumpYaml(taskOf(composition.root))}`
  return `${searchPath(composition)}\n\n${defaultsTree(composition)}\n\n${defaultsList(composition)}\n${config}`
}

function searchPath({ repository }: Composition): string {
  const rows = repository.sources.map((source) => [source.provider, `${source.scheme}://${source.path}`])
  const table = plainTable(['Provider', 'Search path'], [...rows, ['schema', 'structured://']])
  const [head = '', ...rest] = table.split('\n')
  return [heading('Config search path', '*'), head, ...rest].join('\n')
}

function defaultsList({ steps }: Composition): string {
  const rows = steps.map((step) => [step.path, step.package, step.isSelf ? 'True' : 'False', step.parent])
  const table = plainTable(['Config path', 'Package', '_self_', 'Parent'], rows, '| ')
  return `${heading('Defaults List', '*')}\n${table}`
}

function defaultsTree({ defaultsTree: root }: Composition): string {
  const lines: string[] = []
  const visit = (node: DefaultsNode, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${node.label}${node.children ? ':' : ''}`)
    for (const child of node.children ?? []) visit(child, depth + 1)
  }
  visit(root, 0)
  return `${heading('Defaults Tree', '*')}\n${lines.join('\n')}`
}
