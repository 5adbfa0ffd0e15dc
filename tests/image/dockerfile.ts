/** One instruction; continued lines are joined and comments left out. */
export interface Instruction {
  readonly name: string
  /** `--name=value` words before the rest, names without dashes. */
  readonly flags: readonly { readonly name: string; readonly value: string }[]
  /** Everything else, as it is written. */
  readonly text: string
}

export interface Stage {
  readonly name: string
  /** An image or an earlier stage, with the global arguments filled in. */
  readonly from: string
  readonly instructions: readonly Instruction[]
}

/** A Dockerfile without here-documents. `args` override those before the first FROM. */
export function parseDockerfile(text: string, args: Readonly<Record<string, string>> = {}): Stage[] {
  const globals: Record<string, string> = {}
  const stages: { name: string; from: string; instructions: Instruction[] }[] = []
  for (const instruction of instructionsOf(text)) {
    const current = stages.at(-1)
    if (instruction.name === 'FROM') {
      const [image = '', , name = String(stages.length)] = instruction.text.split(/\s+/)
      stages.push({ name, from: fillIn(image, { ...globals, ...args }), instructions: [] })
    } else if (current) current.instructions.push(instruction)
    else if (instruction.name === 'ARG') Object.assign(globals, pairs(instruction.text))
    else throw new Error(`${instruction.name} stands before the first FROM`)
  }
  return stages
}

function instructionsOf(text: string): Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? []
      const [flags = ''] = /^(--\S+\s+)*/.exec(rest) ?? []
      return {
        name,
        flags: flags.split(/\s+/).flatMap((word) => {
          const [, flag, value = ''] = /^--([\w-]+)=?(.*)$/.exec(word) ?? []
          return flag === undefined ? [] : [{ name: flag, value }]
        }),
        text: rest.slice(flags.length).trim(),
      }
    })
}

/** `$NAME` and `${NAME}` with their values; nothing where there is none. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_, braced: string, bare: string) => values[braced ?? bare] ?? '',
  )
}

/** `A=1 B="two words"`, as ARG, ENV and LABEL have it; an ARG without a value is not there. */
export function pairs(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w.-]+)=("[^"]*"|\S*)/g)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value.replace(/^"(.*)"$/, '$1')]))
}
