import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Python finds the package, without importing it. */
const WHERE =
  "import importlib.util as u; s = u.find_spec('wandb'); print(s.submodule_search_locations[0] if s else '')"
const ANSWER_MS = 10_000

/**
 * The uploader that W&B's Python package brings: `WANDB_CORE_PATH`, or the one of the environment that is active, of the
 * `wandb` on the PATH, of `python3`. `undefined` where none is installed.
 */
export async function findWandbCore(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = environment.WANDB_CORE_PATH
  if (named) return existsSync(named) ? named : undefined
  const active = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX].flatMap((root) =>
    root ? [join(root, 'bin', 'python')] : [],
  )
  const pythons = [...active, scriptPython(environment), 'python3', 'python']
  const asked = new Set(pythons.filter((python) => python !== undefined))
  for (const python of asked) {
    const folder = await packageFolder(python, environment)
    const core = join(folder ?? '', 'bin', 'wandb-core')
    if (folder && existsSync(core)) return core
  }
  return undefined
}

/** The interpreter in the first line of the `wandb` command. */
function scriptPython(environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  const script = folders.map((folder) => join(folder, 'wandb')).find((path) => existsSync(path))
  if (script === undefined) return undefined
  try {
    return /^#!\s*(\S+python[\d.]*)\s*$/m.exec(readFileSync(script, 'latin1').slice(0, 512))?.[1]
  } catch {
    return undefined
  }
}

function packageFolder(python: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(python, ['-c', WHERE], { env: environment, timeout: ANSWER_MS }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim() || undefined),
    )
  })
}
