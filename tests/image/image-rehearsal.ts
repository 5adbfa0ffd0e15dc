import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { contextFiles } from './build-context.ts'
import { fillIn, type Instruction, pairs, parseDockerfile, type Stage } from './dockerfile.ts'
import { outsideImage } from './outside-image.ts'

/** A stage that was built: its files and how a container of it starts. */
export interface BuiltStage {
  readonly layers: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  /** As USER names it. */
  readonly user: string
  readonly args: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** Of everything that its files come from. */
  readonly hash: string
}

export interface Rehearsal {
  /** Builds a stage and all that it needs. */
  build(target: string): BuiltStage
  /** The command of this machine that runs `words` in a container of a stage. `volumes`: path there → folder here. */
  container(stage: BuiltStage, words: readonly string[], volumes?: Readonly<Record<string, string>>): string[]
}

/** COPY by cp: a folder means what is in it. Words: where to, whose, from where. */
const copying = `target=$1 owner=$2
shift 2
for source do
  into=$target
  if [ -d "$source" ]; then
    mkdir -p "$into"
    cp -a --no-preserve=ownership "$source/." "$into"
  else
    case $target in */) into=$target\${source##*/} ;; esac
    mkdir -p "$(dirname "$into")"
    cp -a --no-preserve=ownership "$source" "$into"
  fi
  chown -R "$owner" "$into"
done`

/**
 * Follows a Dockerfile step by step without a container engine: each stage is a stack of folders, each RUN a shell with that
 * stack as its root. `folder` keeps stages, so that a later rehearsal repeats only what changed.
 */
export function imageRehearsal(
  root: string,
  folder: string,
  buildArgs: Readonly<Record<string, string>>,
): Rehearsal {
  const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'), buildArgs)
  const files = contextFiles(root)
  const built = new Map<string, BuiltStage>()
  const context = mkdtempSync(join(mkdirs(join(folder, 'contexts')), 'context-'))
  for (const file of files) {
    mkdirs(dirname(join(context, file)))
    cpSync(join(root, file), join(context, file), { verbatimSymlinks: true })
  }
  const rehearsal: Rehearsal = {
    build(target) {
      const known = built.get(target)
      if (known) return known
      const stage = stages.find(({ name }) => name === target)
      if (!stage) throw new Error(`the Dockerfile has no stage ${target}`)
      const result = buildStage(stage)
      built.set(target, result)
      return result
    },
    container(stage, words, volumes = {}) {
      const own = mkdtempSync(join(mkdirs(join(folder, 'containers')), 'container-'))
      const binds = Object.entries(volumes).flatMap(([there, here]) => ['-v', `${here}:${there}`])
      return inRoot(stage, own, binds, words)
    },
  }
  return rehearsal

  function buildStage(stage: Stage): BuiltStage {
    const own = stages.some(({ name }) => name === stage.from)
    let state: BuiltStage = own ? rehearsal.build(stage.from) : startOf(stage.from)
    const steps: { readonly instruction: Instruction; readonly before: BuiltStage }[] = []
    for (const instruction of stage.instructions) {
      steps.push({ instruction, before: state })
      state = { ...state, ...settings(instruction, state), hash: hashed(state, instruction) }
    }
    const place = join(folder, 'stages', `${stage.name}-${state.hash.slice(0, 16)}`)
    if (!existsSync(place)) {
      const staged = `${place}.${process.pid}`
      for (const { instruction, before } of steps) perform(instruction, before, staged)
      mkdirs(join(staged, 'upper'))
      renameSync(staged, place)
    }
    return { ...state, layers: [join(place, 'upper'), ...state.layers] }
  }

  function startOf(image: string): BuiltStage {
    const { layers, env } = outsideImage(image, mkdirs(join(folder, 'bases')))
    return { layers, env, workdir: '/', user: '0', args: {}, entrypoint: [], cmd: [], hash: digest(image) }
  }

  /** What an instruction says about those that follow, and about containers. */
  function settings({ name, text }: Instruction, { env, args, workdir }: BuiltStage): Partial<BuiltStage> {
    const values = { ...args, ...env }
    if (name === 'ENV') return { env: { ...env, ...pairs(fillIn(text, values)) } }
    if (name === 'ARG') {
      const [argument = ''] = text.split('=')
      const given = buildArgs[argument]
      return { args: { ...args, ...(given === undefined ? pairs(text) : { [argument]: given }) } }
    }
    if (name === 'WORKDIR') return { workdir: posix.resolve(workdir, fillIn(text, values)) }
    if (name === 'USER') return { user: fillIn(text, values) }
    if (name === 'ENTRYPOINT') return { entrypoint: JSON.parse(text) as string[], cmd: [] }
    if (name === 'CMD') return { cmd: JSON.parse(text) as string[] }
    if (['RUN', 'COPY', 'LABEL', 'STOPSIGNAL'].includes(name)) return {}
    throw new Error(`${name} is not known to the rehearsal`)
  }

  function hashed(state: BuiltStage, instruction: Instruction): string {
    const copied = instruction.name === 'COPY' ? sourcesOf(instruction).map(contentOf) : []
    return digest(JSON.stringify([state.hash, state.args, instruction, copied]))
    function contentOf(source: string): string {
      const from = instruction.flags.find(({ name }) => name === 'from')?.value
      if (from !== undefined) return rehearsal.build(from).hash
      const named = files.filter((file) => source === '.' || file === source || file.startsWith(`${source}/`))
      if (named.length === 0) throw new Error(`COPY ${source}: nothing of that name goes into the build`)
      return digest(...named.flatMap((file) => [file, readFileSync(join(context, file))]))
    }
  }

  function perform(instruction: Instruction, before: BuiltStage, staged: string): void {
    const { name, text, flags } = instruction
    if (name !== 'RUN' && name !== 'COPY') return
    process.stderr.write(`== ${name} ${text.replace(/\s+/g, ' ')}\n`)
    const command =
      name === 'RUN'
        ? inRoot(before, staged, caches(flags), ['/bin/sh', '-c', text], before.args)
        : copyCommand(instruction, before, staged)
    const { exitCode } = Bun.spawnSync(command, { stdin: 'ignore', stdout: 2, stderr: 2 })
    if (exitCode !== 0) throw new Error(`${name} ${text}\nends with ${exitCode}`)
  }

  /** `--mount=type=cache,target=PATH`: folders that builds share and no stage holds. */
  function caches(flags: Instruction['flags']): string[] {
    return flags.flatMap(({ value }) => {
      const target = /^type=cache,target=(.+)$/.exec(value)?.[1]
      if (target === undefined) throw new Error(`--mount=${value} is not known to the rehearsal`)
      return ['-v', `${mkdirs(join(folder, 'caches', target.replaceAll('/', '_')))}:${target}`]
    })
  }

  function copyCommand(instruction: Instruction, before: BuiltStage, staged: string): string[] {
    const flag = (name: string): string | undefined =>
      instruction.flags.find((one) => one.name === name)?.value
    const from = flag('from')
    const there = '/run/from'
    const source =
      from === undefined
        ? ['-v', `${context}:${there}`]
        : ['-o', `${rehearsal.build(from).layers.join(',')}:${there}`]
    const target = instruction.text.split(/\s+/).at(-1) ?? ''
    return inRoot({ ...before, user: '0' }, staged, source, [
      ...['/bin/sh', '-euc', copying, 'copy', target, flag('chown') ?? '0:0'],
      ...sourcesOf(instruction).map((name) => posix.join(there, name)),
    ])
  }
}

/** The words of in-root.sh; `options` are its own, `extra` more variables. */
function inRoot(
  { layers, workdir, user, env }: BuiltStage,
  folder: string,
  options: readonly string[],
  command: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): string[] {
  const { numbers, home } = accountOf(layers, user)
  const variables = Object.entries({ HOME: home, ...extra, ...env }).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ])
  return [
    ...['unshare', '--mount', '--pid', '--fork', '--kill-child', join(import.meta.dir, 'in-root.sh')],
    ...[layers.join(','), folder, numbers, workdir, ...options, ...variables, '--', ...command],
  ]
}

/** A user of a root file system, by its number, as an engine finds it. */
function accountOf(layers: readonly string[], user: string): { numbers: string; home: string } {
  const passwd = layers.map((layer) => join(layer, 'etc/passwd')).find((path) => existsSync(path))
  const rows =
    passwd === undefined
      ? []
      : readFileSync(passwd, 'utf8')
          .split('\n')
          .map((row) => row.split(':'))
  const [, , , group = '0', , home = '/'] =
    rows.find(([name, , number]) => name === user || number === user) ?? []
  return { numbers: `${user}:${group}`, home }
}

/** What COPY copies, as it is named. */
function sourcesOf({ text }: Instruction): string[] {
  return text.split(/\s+/).slice(0, -1)
}

function mkdirs(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hasher = new Bun.CryptoHasher('sha256')
  for (const part of parts) hasher.update(part)
  return hasher.digest('hex')
}
