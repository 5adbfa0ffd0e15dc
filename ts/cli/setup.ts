import { homedir } from 'node:os'
import Table from 'cli-table3'
import { ConfigError } from '../errors/index.ts'
import { findAddon } from '../native/addon.ts'
import { findLibtorch, libtorchVersion } from '../native/libtorch.ts'
import { type Machine, thisMachine } from '../native/machine.ts'
import { buildEnvironment } from '../setup/build-addon.ts'
import { type LibtorchChoice, parseLibtorchChoice } from '../setup/choice.ts'
import { ensureNative, findReady, type NativePaths } from '../setup/index.ts'
import { checkRequirements } from '../setup/requirements.ts'

const help = `usage: classifier-training setup [--check] [--libtorch auto|cpu|cu128|cu130|PATH] [--rebuild] [--env] [--json]

Finds or fetches libtorch ${libtorchVersion}, and finds or compiles the native core. Quick when all is there.

  --check            change nothing, print what is there and what is missing; exit 5 if something is
  --libtorch CHOICE  auto: what suits this machine (default: what is there); cpu, cu128 (NVIDIA driver 525+),
                     cu130 (driver 580+), or the folder of a libtorch
  --rebuild          compile the native core again
  --env              print the environment for cargo and tests, to be evaluated by a shell
  --json             the result as JSON
`

interface Arguments {
  readonly check: boolean
  readonly rebuild: boolean
  readonly env: boolean
  readonly json: boolean
  readonly libtorch: LibtorchChoice | undefined
}

export async function run(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const options = parse(argv)
  const machine = thisMachine()
  if (options.check) return check(machine, options)

  const choice = options.libtorch === undefined ? {} : { libtorch: options.libtorch }
  const before = options.rebuild ? undefined : findReady(machine, choice)
  const started = performance.now()
  const paths = before ?? (await ensureNative({ ...choice, rebuild: options.rebuild }))
  if (options.env) process.stdout.write(shellExports(machine, paths))
  else if (options.json) process.stdout.write(`${JSON.stringify(paths)}\n`)
  else {
    process.stdout.write(`libtorch ${libtorchVersion}  ${describe(paths)}\nnative core      ${paths.addon}\n`)
    const seconds = (performance.now() - started) / 1000
    process.stderr.write(
      before ? 'setup: all there\n' : `setup: done in ${seconds.toFixed(0)} s; try \`bun run train\` next\n`,
    )
  }
  return 0
}

function parse(argv: readonly string[]): Arguments {
  const flags = { check: false, rebuild: false, env: false, json: false }
  let libtorch: LibtorchChoice | undefined
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    const [name, inline] = word.split(/=(.*)/s)
    if (name === '--libtorch') {
      const value = inline ?? argv[++index]
      if (value === undefined)
        throw new ConfigError({
          key: '--libtorch',
          message: 'wants a value: auto, cpu, cu128, cu130 or a folder',
        })
      libtorch = parseLibtorchChoice(value)
    } else if (word === '--check' || word === '--rebuild' || word === '--env' || word === '--json')
      flags[word.slice(2) as keyof typeof flags] = true
    else
      throw new ConfigError({
        message: `setup has no option ${JSON.stringify(word)}`,
        hint: 'see `classifier-training setup --help`',
      })
  }
  return { ...flags, libtorch }
}

function describe(paths: NativePaths): string {
  const { origin, lib, cuda } = paths.libtorch
  return `${lib} (${origin}, ${cuda ? 'CPU and CUDA' : 'CPU'})`
}

/** Everything that a machine needs, looked at without changing anything. */
function check(machine: Machine, options: Arguments): number {
  const libtorch = findLibtorch(machine)
  const addon = findAddon(machine)
  const rows = [
    {
      name: `libtorch ${libtorchVersion}`,
      present: libtorch.found !== undefined,
      detail: libtorch.found?.lib ?? libtorch.tried.join('\n'),
      install: 'bun run setup',
    },
    {
      name: 'native core',
      present: addon.path !== undefined,
      detail: addon.path ?? addon.tried.join('\n'),
      install: 'bun run setup',
    },
    ...checkRequirements(machine, {
      build: addon.path === undefined,
      client: libtorch.found === undefined,
      bytes: 0,
    }),
  ]
  const complete = rows.every(({ present }) => present)
  if (options.json) process.stdout.write(`${JSON.stringify({ complete, rows })}\n`)
  else {
    const table = new Table({
      head: ['', 'what', 'where', 'brought by'],
      style: { head: [], border: [] },
      chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
      colWidths: [9, 18, 64, 26],
      wordWrap: true,
      wrapOnWordBoundary: false,
    })
    for (const { present, name, detail, install } of rows)
      table.push([present ? 'ok' : 'missing', name, underHome(detail), present ? '' : install])
    process.stdout.write(`${table.toString()}\n`)
  }
  return complete ? 0 : 5
}

/** Paths below the home folder as people write them. */
function underHome(text: string): string {
  return text.replaceAll(`${homedir()}/`, '~/')
}

function shellExports(machine: Machine, paths: NativePaths): string {
  const environment = buildEnvironment(machine, paths.libtorch)
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  return ['LIBTORCH', machine.platform.libraryPathVariable]
    .map((name) => `export ${name}=${quote(environment[name] ?? '')}\n`)
    .join('')
}
