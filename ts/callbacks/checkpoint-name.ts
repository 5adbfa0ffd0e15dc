import { pythonFormat } from './python-format.ts'

const FIELD = /\{(?<name>[^{}:]*)(?::(?<spec>[^{}]*))?\}/g

/** Names that the pointers of a checkpoint folder have. */
const RESERVED = new Set(['last', 'best'])

export interface CheckpointNameOptions {
  /** Lightning's template; `null` is `{epoch}-{step}`. */
  readonly filename: string | null
  /** Write `name=` before every value. */
  readonly autoInsertMetricName: boolean
}

/**
 * The name of a checkpoint's folder from Lightning's template: `{epoch:02d}`, `{val/acc_top1:.4f}`. A slash becomes `_`,
 * so a name never makes a folder of its own; a metric without a value is written as `none`.
 */
export function checkpointName(
  options: CheckpointNameOptions,
  values: Readonly<Record<string, number>>,
): string {
  const template = options.filename ?? '{epoch}-{step}'
  const text = template.replace(FIELD, (field: string, name: string, spec: string | undefined) => {
    const value = values[name]
    const shown = value === undefined ? 'none' : (pythonFormat(value, spec ?? '') ?? field)
    return options.autoInsertMetricName ? `${name}=${shown}` : shown
  })
  return safeName(text)
}

/** `name`, or the first of `name-v1`, `name-v2`, … that is not taken; never the name of a pointer. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  const free = (candidate: string): boolean => !RESERVED.has(candidate) && !taken(candidate)
  if (free(name)) return name
  for (let version = 1; ; version++) {
    const candidate = `${name}-v${version}`
    if (free(candidate)) return candidate
  }
}

/** The metrics and format specifications that a template names, with what is wrong about it. */
export function templateProblems(template: string): string[] {
  const problems: string[] = []
  for (const { groups } of template.matchAll(FIELD)) {
    if (!groups?.name) problems.push('a pair of braces names no metric')
    else if (pythonFormat(0, groups.spec ?? '') === undefined)
      problems.push(
        `{${groups.name}:${groups.spec}} is not a number format; write for example :.4f, :02d or :e`,
      )
  }
  if (/[{}]/.test(template.replace(FIELD, ''))) problems.push('its braces do not match')
  return problems
}

/** One component of a path, at most 200 bytes of it, without what file systems or shells read specially. */
function safeName(text: string): string {
  const plain = text
    .replace(/[/\\]/g, '_')
    .replace(/\p{Cc}/gu, '')
    .trim()
  const whole = /^\.*$/.test(plain) ? `checkpoint${plain.replaceAll('.', '_')}` : plain
  let name = whole
  while (Buffer.byteLength(name) > 200) name = [...name].slice(0, -1).join('')
  return name
}
