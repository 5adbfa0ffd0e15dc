import { describe, expect, test } from 'bun:test'
import { arrows, crates, nativeTypes } from './arrows.ts'
import { filesLike, type Import, importsOf, moduleGraph, textOf } from './source-files.ts'

const graph = moduleGraph()

/** `ts/plot/scale.ts` → `plot`; undefined outside of `ts/`. */
function roomOf(file: string): string | undefined {
  const [top, room] = file.split('/')
  return top === 'ts' ? room : undefined
}

/** What is wrong with an import; undefined where nothing is. */
function wrongArrow(file: string, { target, typeOnly }: Import): string | undefined {
  const [from, to] = [roomOf(file), roomOf(target)]
  if (from === undefined || from === to) return undefined
  const said = `${file} imports ${target}`
  if (to === undefined) return target === 'package.json' ? undefined : `${said}, which is not in ts/`
  const allowed = arrows[from]
  if (allowed === undefined) return `${file} lies in a room without arrows: tests/architecture/arrows.ts`
  if (allowed.values.includes(to)) return undefined
  if (!typeOnly || !allowed.types?.includes(to)) return `${said}: ${from} → ${to} is no arrow`
  return to === 'native' && !nativeTypes.includes(target) ? `${said}, not the interface` : undefined
}

describe('imports', () => {
  test('are found in every form that we write', () => {
    const found = importsOf('ts/verbs/library/train.ts')
    expect(found).toContainEqual({ target: 'ts/train/callback.ts', typeOnly: true })
    expect(found).toContainEqual({ target: 'ts/config/index.ts', typeOnly: false })
    expect(importsOf('ts/cli/main.ts')).toContainEqual({ target: 'ts/cli/setup.ts', typeOnly: false })
    expect(importsOf('ts/index.ts')).toContainEqual({ target: 'ts/train/history.ts', typeOnly: true })
    expect(importsOf('ts/index.ts')).toContainEqual({ target: 'ts/errors/index.ts', typeOnly: false })
    const targets = [...graph.values()].flat().map(({ target }) => target)
    const here = new Set([...filesLike('ts/**/*.ts'), 'package.json'])
    expect(targets.filter((target) => !here.has(target))).toEqual([])
  })

  test('follow the arrows', () => {
    const wrong = [...graph].flatMap(([file, imports]) =>
      imports.flatMap((each) => wrongArrow(file, each) ?? []),
    )
    expect(wrong).toEqual([])
  })

  test('every room has arrows, and every arrow ends in a room', () => {
    const rooms = new Set([...graph.keys()].flatMap((file) => roomOf(file) ?? []))
    expect(Object.keys(arrows).sort()).toEqual([...rooms].sort())
    const ends = Object.values(arrows).flatMap(({ values, types = [] }) => [...values, ...types])
    expect(ends.filter((end) => !rooms.has(end))).toEqual([])
  })

  test('the arrows go round in no circle', () => {
    const rooms = new Map(Object.entries(arrows).map(([room, { values }]) => [room, values]))
    expect(circleIn(rooms)).toEqual([])
  })

  test('no file imports itself by way of others', () => {
    const files = [...graph].map(
      ([file, imports]) =>
        [file, imports.filter((each) => !each.typeOnly).map(({ target }) => target)] as const,
    )
    expect(circleIn(new Map(files))).toEqual([])
  })

  test('a wrong arrow and a circle would be seen', () => {
    const value = (target: string): Import => ({ target, typeOnly: false })
    const type = (target: string): Import => ({ target, typeOnly: true })
    expect(wrongArrow('ts/train/loop.ts', type('ts/native/engine.ts'))).toBeUndefined()
    expect(wrongArrow('ts/train/loop.ts', value('ts/native/engine.ts'))).toContain('train → native')
    expect(wrongArrow('ts/train/loop.ts', type('ts/native/native-engine.ts'))).toContain('interface')
    expect(wrongArrow('ts/verbs/train.ts', value('ts/cli/screen.ts'))).toContain('verbs → cli')
    expect(
      circleIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b'])
  })
})

describe('crates', () => {
  test.each(Object.entries(crates))('%s depends on what it may', (crate, allowed) => {
    const manifest = Bun.TOML.parse(textOf(`crates/${crate}/Cargo.toml`)) as {
      dependencies?: Record<string, unknown>
    }
    const names = Object.keys(manifest.dependencies ?? {})
    const ours = names.flatMap((name) =>
      name.startsWith('classifier-') ? name.slice('classifier-'.length) : [],
    )
    expect(ours.filter((name) => !allowed.includes(name))).toEqual([])
    if (crate !== 'engine') expect(names).not.toContain('tch')
  })

  test('none is left out', () => {
    const there = filesLike('crates/*/Cargo.toml').map((file) => file.split('/')[1] ?? '')
    expect(there.sort()).toEqual(Object.keys(crates).sort())
  })
})

/** The nodes along a circle, the first of them again at its end; empty where there is none. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const walk = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return []
    for (const next of edges.get(node) ?? []) {
      const circle = walk(next, [...path, node])
      if (circle.length > 0) return circle
    }
    done.add(node)
    return []
  }
  for (const node of edges.keys()) {
    const circle = walk(node, [])
    if (circle.length > 0) return circle
  }
  return []
}
