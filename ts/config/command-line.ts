import { ConfigError } from '../errors/index.ts'
import { nearest } from './suggest/nearest.ts'

export const CONFIG_PARTS = ['job', 'hydra', 'all', 'plan'] as const
export type ConfigPart = (typeof CONFIG_PARTS)[number]

export const INFO_KINDS = ['all', 'config', 'defaults', 'defaults-tree', 'searchpath', 'plugins'] as const
export type InfoKind = (typeof INFO_KINDS)[number]

/** What is to be shown instead of running. */
export type Show =
  | { readonly kind: 'cfg'; readonly part: ConfigPart }
  | { readonly kind: 'info'; readonly info: InfoKind }
  | { readonly kind: 'explain'; readonly key: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'hydra-help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'completion' }

/** A command line, taken apart; flags and overrides may stand in any order. */
export interface CommandLine {
  readonly overrides: readonly string[]
  readonly configName: string | undefined
  readonly configPath: string | undefined
  readonly configDir: string | undefined
  /** Only what a flag says: `hydra.mode` may say otherwise. */
  readonly mode: 'run' | 'multirun' | undefined
  readonly show: Show | undefined
  readonly package: string | undefined
  readonly resolve: boolean
  /** Directory of a run to be started again. */
  readonly rerun: string | undefined
  readonly json: boolean
  readonly dryRun: boolean
}

export interface Flag {
  readonly names: readonly string[]
  readonly description: string
  readonly value?: {
    readonly name: string
    readonly choices?: readonly string[]
    readonly optional?: boolean
  }
}

/** All flags, as `--hydra-help` lists them. */
export const FLAGS: readonly Flag[] = [
  { names: ['--help', '-h'], description: "Application's help" },
  { names: ['--hydra-help'], description: "Hydra's help" },
  { names: ['--version'], description: 'Show the version and exit' },
  {
    names: ['--cfg', '-c'],
    description: `Show config instead of running [${CONFIG_PARTS.join('|')}]`,
    value: { name: 'PART', choices: CONFIG_PARTS },
  },
  { names: ['--resolve'], description: 'With --cfg and --help: resolve interpolations before printing' },
  {
    names: ['--package', '-p'],
    description: 'With --cfg: the part of the config to show',
    value: { name: 'PACKAGE' },
  },
  { names: ['--run', '-r'], description: 'Run a job' },
  { names: ['--multirun', '-m'], description: 'Run a job for each combination of the swept values' },
  {
    names: ['--shell-completion', '-sc'],
    description: 'install=SHELL prints the completion script, query=SHELL the candidates [bash|zsh|fish]',
  },
  {
    names: ['--config-path', '-cp'],
    description: 'Directory of the configuration',
    value: { name: 'DIRECTORY' },
  },
  { names: ['--config-name', '-cn'], description: 'Name of the primary config', value: { name: 'NAME' } },
  {
    names: ['--config-dir', '-cd'],
    description: 'A further directory to search',
    value: { name: 'DIRECTORY' },
  },
  {
    names: ['--rerun', '--experimental-rerun'],
    description: 'Run again what lies in the folder of a run',
    value: { name: 'DIRECTORY' },
  },
  {
    names: ['--info', '-i'],
    description: `Print information [${INFO_KINDS.join('|')}]`,
    value: { name: 'KIND', choices: INFO_KINDS, optional: true },
  },
  { names: ['--explain'], description: 'Show where the value of a key comes from', value: { name: 'KEY' } },
  { names: ['--json'], description: 'Print for machines' },
  { names: ['--dry-run'], description: 'List what would run, without running it' },
]

/** Splits arguments into flags and override words. @throws ConfigError with all that is wrong */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const given = new Map<string, string>()
  const overrides: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '--') {
      overrides.push(...argv.slice(index + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      overrides.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const flag = findFlag(equals < 0 ? word : word.slice(0, equals))
    const inline = equals < 0 ? undefined : word.slice(equals + 1)
    const value = flagValue(flag, inline, argv[index + 1])
    if (value.usedNext) index++
    given.set(flag.names[0] ?? '', value.text)
  }
  return commandLine(given, overrides)
}

function findFlag(name: string): Flag {
  const exact = FLAGS.find((flag) => flag.names.includes(name))
  if (exact) return exact
  const begun = FLAGS.filter((flag) => name.length > 3 && flag.names.some((each) => each.startsWith(name)))
  const [only, second] = begun
  if (only && !second) return only
  const names = FLAGS.flatMap((flag) => flag.names)
  if (second) {
    const candidates = begun.map((flag) => flag.names[0] ?? '')
    throw new ConfigError({
      message: `the flag ${name} may mean ${candidates.join(' or ')}`,
      suggestions: candidates,
    })
  }
  throw new ConfigError({
    message: `unrecognized arguments: ${name}`,
    suggestions: nearest(name, names),
    hint: `the flags are ${FLAGS.map((flag) => flag.names[0]).join(' ')}`,
  })
}

function flagValue(
  flag: Flag,
  inline: string | undefined,
  next: string | undefined,
): { text: string; usedNext: boolean } {
  const name = flag.names[0] ?? ''
  if (flag.value === undefined) {
    if (inline === undefined) return { text: '', usedNext: false }
    throw new ConfigError({
      message: `the flag ${name} takes no value, got '${inline}'`,
      hint: `write ${name}`,
    })
  }
  const { choices, optional } = flag.value
  if (optional && inline === undefined && (next === undefined || !choices?.includes(next))) {
    return { text: choices?.[0] ?? '', usedNext: false }
  }
  const text = inline ?? next
  if (text === undefined || (inline === undefined && text.startsWith('--'))) {
    throw new ConfigError({
      message: `the flag ${name} needs a value`,
      hint: `write ${name} ${flag.value.name}`,
    })
  }
  if (choices && !choices.includes(text)) {
    throw new ConfigError({
      message: `the flag ${name} does not know '${text}'`,
      suggestions: nearest(text, choices),
      hint: `write ${name} ${choices.join('|')}`,
    })
  }
  return { text, usedNext: inline === undefined }
}

const EXCLUSIVE = ['--run', '--multirun', '--cfg', '--info', '--explain', '--shell-completion']

function commandLine(given: ReadonlyMap<string, string>, overrides: readonly string[]): CommandLine {
  const actions = EXCLUSIVE.filter((name) => given.has(name))
  if (actions.length > 1) {
    throw new ConfigError({
      message: `only one of ${EXCLUSIVE.slice(0, -1).join(', ')} and ${EXCLUSIVE.at(-1)} can be specified, got ${actions.join(' and ')}`,
      hint: `remove ${actions.slice(1).join(' and ')}`,
    })
  }
  const show = showOf(given)
  if (given.has('--resolve') && show?.kind !== 'cfg' && show?.kind !== 'help') {
    throw new ConfigError({ message: 'the flag --resolve goes with --cfg or --help only' })
  }
  if (given.has('--package') && show?.kind !== 'cfg') {
    throw new ConfigError({ message: 'the flag --package goes with --cfg only' })
  }
  return {
    overrides,
    configName: given.get('--config-name'),
    configPath: given.get('--config-path'),
    configDir: given.get('--config-dir'),
    mode: given.has('--multirun') ? 'multirun' : given.has('--run') ? 'run' : undefined,
    show,
    package: given.get('--package'),
    resolve: given.has('--resolve'),
    rerun: given.get('--rerun'),
    json: given.has('--json'),
    dryRun: given.has('--dry-run'),
  }
}

function showOf(given: ReadonlyMap<string, string>): Show | undefined {
  if (given.has('--help')) return { kind: 'help' }
  if (given.has('--hydra-help')) return { kind: 'hydra-help' }
  if (given.has('--version')) return { kind: 'version' }
  if (given.has('--shell-completion')) return { kind: 'completion' }
  const part = CONFIG_PARTS.find((each) => each === given.get('--cfg'))
  if (part) return { kind: 'cfg', part }
  const info = INFO_KINDS.find((each) => each === given.get('--info'))
  if (info) return { kind: 'info', info }
  const key = given.get('--explain')
  return key === undefined ? undefined : { kind: 'explain', key }
}
