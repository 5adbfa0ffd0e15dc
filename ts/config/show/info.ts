import type { InfoKind } from '../command-line.ts'
import { type Composition, taskOf } from '../compose-tree.ts'
import type { DefaultsNode } from '../defaults/tree.ts'
import { HYDRA_VERSION } from '../hydra/fill.ts'
import { dumpYaml } from '../yaml/dump.ts'
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
    case 'all':
      return `${heading(`Hydra ${HYDRA_VERSION}`, '=')}\n\n${configInfo(composition)}\n`
  }
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
