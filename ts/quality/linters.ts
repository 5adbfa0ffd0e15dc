import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../native/machine.ts'
import { ask, findPython } from '../setup/python.ts'
import { installActionlint } from './actionlint.ts'
import type { Step } from './step.ts'

/** Pinned linters of the package index, each file by its checksum. */
export const linterList = 'scripts/linters.txt'

/** Linters that are installed below the cache. */
interface Linters {
  readonly python: string
  readonly folder: string
}

/** Workflows, forms, build file and shell scripts, by the linters and schemas that others use for them. */
export function linterSteps(machine: Machine): Step[] {
  const linters = installLinters(machine)
  const steps = (bin: string, python: string): Step[] => {
    const schema = (name: string, ...files: string[]): Step => ({
      name: `schema of ${name}`,
      command: [python, '-m', 'check_jsonschema', '--builtin-schema', `vendor.${name}`, ...files],
      env: { ...process.env, PYTHONPATH: join(bin, '..') },
    })
    const { packageRoot } = machine
    const below = (folder: string, pattern: string): string[] =>
      [...new Bun.Glob(pattern).scanSync({ cwd: join(packageRoot, folder), dot: true })]
        .sort()
        .map((name) => join(folder, name))
    return [
      {
        name: 'workflow security',
        // Online it would ask GitHub about each action; everything else is known to the linter itself.
        command: [join(bin, 'zizmor'), '--offline', '--no-progress', '--quiet', '.github'],
      },
      {
        name: 'shell scripts',
        command: [join(bin, 'shellcheck'), '.ci/run', ...below('scripts', '**/*.sh')],
      },
      schema('github-workflows', ...below('.github/workflows', '*.yml')),
      schema(
        'github-issue-forms',
        ...below('.github/ISSUE_TEMPLATE', '*.yml').filter((file) => !file.endsWith('/config.yml')),
      ),
      schema('github-issue-config', '.github/ISSUE_TEMPLATE/config.yml'),
      schema('dependabot', '.github/dependabot.yml'),
      schema('cloudbuild', 'cloudbuild.yaml'),
    ]
  }
  if (typeof linters === 'string')
    return [
      ...steps('', '').map((step) => ({ ...step, command: [], skipped: linters })),
      workflowStep(machine, ''),
    ]
  const bin = join(linters.folder, 'bin')
  return [...steps(bin, linters.python), workflowStep(machine, join(bin, 'shellcheck'))]
}

/** What workflows mean: expressions, `needs`, runners, inputs of actions; and their scripts by shellcheck, where it is there. */
function workflowStep(machine: Machine, shellcheck: string): Step {
  const found = installActionlint(machine)
  const step: Step = { name: 'workflows', command: [] }
  if ('missing' in found) return { ...step, skipped: found.missing }
  return { ...step, command: [found.program, '-no-color', `-shellcheck=${shellcheck}`, '-pyflakes='] }
}

/** The linters, installed once for each version of their list; a sentence saying why where they cannot be had. */
function installLinters(machine: Machine): Linters | string {
  const list = join(machine.packageRoot, linterList)
  const python = findPython(machine.env)
  if (python === undefined) return 'there is no Python with pip'
  // Some are compiled for one version of Python.
  const version = ask([python, '-c', 'import sys; print(sys.version_info[:2], sys.platform)']) ?? ''
  const hash = new Bun.CryptoHasher('sha256')
    .update(readFileSync(list))
    .update(version)
    .digest('hex')
    .slice(0, 16)
  const parent = join(machine.cache, 'linters')
  const folder = join(parent, hash)
  if (existsSync(folder)) return { python, folder }
  const staged = `${folder}.${process.pid}`
  mkdirSync(parent, { recursive: true })
  process.stderr.write(`installing linters of ${linterList}\n`)
  const { exitCode, stderr } = Bun.spawnSync(
    [
      ...[python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--only-binary=:all:', '--require-hashes', '--target', staged, '--requirement', list],
    ],
    { env: machine.env },
  )
  if (exitCode !== 0) {
    rmSync(staged, { recursive: true, force: true })
    return `pip cannot install them: ${stderr.toString().trim().split('\n').at(-1)}`
  }
  for (const old of readdirSync(parent))
    if (/^[0-9a-f]{16}$/.test(old)) rmSync(join(parent, old), { recursive: true, force: true })
  renameSync(staged, folder)
  return { python, folder }
}
