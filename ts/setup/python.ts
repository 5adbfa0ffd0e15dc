import { join } from 'node:path'
import { libtorchVersion } from '../native/libtorch.ts'
import type { Machine } from '../native/machine.ts'

/** Runs a command and answers its output, or undefined if it fails or does not exist. */
export type Ask = (command: readonly string[]) => string | undefined

/** Standard output of a command within 20 s; its errors are not shown. */
export const ask: Ask = (command) => {
  try {
    const { exitCode, stdout } = Bun.spawnSync([...command], { stderr: 'ignore', timeout: 20_000 })
    return exitCode === 0 ? stdout.toString().trim() : undefined
  } catch {
    return undefined
  }
}

/** Interpreters to try: the active environment's first. */
export function pythonCandidates(env: Machine['env']): string[] {
  const active = [env.VIRTUAL_ENV, env.CONDA_PREFIX]
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => join(String(folder), 'bin', 'python'))
  return [...active, 'python3', 'python']
}

/** A Python that has pip; undefined if there is none. */
export function findPython(env: Machine['env'], query: Ask = ask): string | undefined {
  return pythonCandidates(env).find((python) => query([python, '-m', 'pip', '--version']) !== undefined)
}

const describeTorch = `
import importlib.metadata, importlib.util, os
spec = importlib.util.find_spec("torch")
print(importlib.metadata.version("torch"))
print(os.path.dirname(spec.submodule_search_locations[0]))
`

/** The site-packages folder of an installed torch of exactly our version; nothing is imported. */
export function findPythonTorch(env: Machine['env'], query: Ask = ask): string | undefined {
  for (const python of pythonCandidates(env)) {
    const [version, folder] = query([python, '-c', describeTorch])?.split('\n') ?? []
    if (version === undefined || folder === undefined) continue
    const [release, local] = version.split('+')
    // Builds for other accelerators (rocm, xpu) have other libraries under the same names.
    if (release === libtorchVersion && (local === undefined || /^(cpu|cu\d+)$/.test(local))) return folder
  }
  return undefined
}
