import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigNode, MapNode } from '../../../ts/config/node.ts'
import { loadYaml } from '../../../ts/config/yaml/load.ts'

/** One case of the recorded behaviour: what goes in, what must come out. */
export interface Vector {
  readonly id: string
  readonly kind: string
  readonly input: MapNode
  readonly expect: MapNode
  /** What a better implementation may do instead of, or on top of, the reference. */
  readonly mayDiffer: string | undefined
}

export interface VectorFile {
  readonly vectors: readonly Vector[]
  /** Files that `use: NAME` adds to a case. */
  readonly fileSets: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Where the vectors lie, by the environment. */
export function vectorPath(): string {
  const data = process.env.CT_SHARED_DATA ?? join(import.meta.dir, '../../../../shared/data')
  return process.env.HYDRA_VECTORS ?? join(data, 'hydra-vectors.yaml')
}

/** Undefined where the file is not there. */
export function readVectors(path = vectorPath()): VectorFile | undefined {
  if (!existsSync(path)) return undefined
  const root = asMap(loadYaml(readFileSync(path, 'utf8'), path))
  const vectors = asList(root.entries.get('vectors')).flatMap((node) => casesOf(asMap(node)))
  const fileSets = new Map<string, ReadonlyMap<string, string>>()
  for (const [name, files] of asMap(root.entries.get('filesets')).entries) {
    fileSets.set(name, new Map([...asMap(files).entries].map(([file, text]) => [file, textOf(text)])))
  }
  return { vectors, fileSets }
}

function casesOf(node: MapNode): Vector[] {
  const id = textOf(node.entries.get('id'))
  const kind = textOf(node.entries.get('kind'))
  const difference = node.entries.get('may_differ')
  const mayDiffer = difference && textOf(difference)
  const cases = node.entries.get('cases')
  if (!cases) {
    return [
      {
        id,
        kind,
        mayDiffer,
        input: asMap(node.entries.get('input')),
        expect: asMap(node.entries.get('expect')),
      },
    ]
  }
  return asList(cases).map((each, index) => ({
    id: `${id} #${index + 1}`,
    kind,
    mayDiffer,
    input: asMap(each),
    expect: asMap(each),
  }))
}

export function asMap(node: ConfigNode | undefined): MapNode {
  if (node?.kind === 'map') return node
  throw new Error(`the vectors have a ${node?.kind ?? 'gap'} where a map should be`)
}

export function asList(node: ConfigNode | undefined): readonly ConfigNode[] {
  if (node === undefined) return []
  if (node.kind === 'list') return node.items
  throw new Error(`the vectors have a ${node.kind} where a list should be`)
}

export function textOf(node: ConfigNode | undefined): string {
  if (node === undefined) return ''
  if (node.kind === 'null') return 'null'
  if (node.kind === 'missing') return '???'
  if ('value' in node) return String(node.value)
  throw new Error(`the vectors have a ${node.kind} where a text should be`)
}

export function optionalText(node: ConfigNode | undefined): string | undefined {
  return node === undefined || node.kind === 'null' ? undefined : textOf(node)
}

export function texts(node: ConfigNode | undefined): string[] {
  return asList(node).map(textOf)
}
