import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Libtorch } from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'
import type { Platform } from '../native/platform.ts'

/** A file of the link tree's `lib` folder: a link to a library, or a text for the linker. */
export type LinkEntry =
  | { readonly name: string; readonly target: string }
  | { readonly name: string; readonly text: string }

/**
 * What the linker may see of libtorch: the CPU half alone, so that the addon asks for nothing of CUDA and one binary
 * serves both. torch-sys links `torch`, which in a CUDA build pulls in the CUDA half; here that name leads to `torch_cpu`.
 */
export function linkEntries(platform: Platform, lib: string, present: readonly string[]): LinkEntry[] {
  const link = (name: string, file: string): LinkEntry => ({ name, target: join(lib, file) })
  const cpu = platform.library('torch_cpu')
  const core = platform.library('c10')
  const entries = [link(cpu, cpu), link(core, core)]
  if (platform.name === 'darwin-arm64') return [...entries, link(platform.library('torch'), cpu)]
  // A GNU ld script, read in place of the library.
  entries.push({ name: 'libtorch.so', text: 'INPUT(-ltorch_cpu)\n' })
  // Some builds carry OpenMP under a mangled name (libgomp-<hash>.so.1).
  const openmp = present.find((file) => /^libgomp([.-].*)?\.so/.test(file))
  if (openmp) entries.push(link('libgomp.so', openmp), link('libgomp.so.1', openmp))
  return entries
}

/** The link tree of a libtorch with headers, made if it is not there; its path is what `LIBTORCH` must be for a build. */
export function makeLinkTree(machine: Machine, libtorch: Libtorch & { include: string }): string {
  const key = new Bun.CryptoHasher('sha256').update(libtorch.lib).digest('hex').slice(0, 16)
  const tree = join(machine.cache, 'link', key)
  const entries = linkEntries(machine.platform, libtorch.lib, readdirSync(libtorch.lib))
  const description = JSON.stringify({ include: libtorch.include, entries })
  // A tree that is right stays untouched: another build may be linking against it.
  if (readIfThere(join(tree, 'entries.json')) === description) return tree

  const fresh = `${tree}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(join(fresh, 'lib'), { recursive: true })
  symlinkSync(libtorch.include, join(fresh, 'include'))
  for (const entry of entries) {
    const path = join(fresh, 'lib', entry.name)
    if ('target' in entry) symlinkSync(entry.target, path)
    else writeFileSync(path, entry.text)
  }
  writeFileSync(join(fresh, 'entries.json'), description)
  rmSync(tree, { recursive: true, force: true })
  renameSync(fresh, tree)
  return tree
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
