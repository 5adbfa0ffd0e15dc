import { ConfigError } from '../../errors/index.ts'
import { nearest } from '../suggest/nearest.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** @throws ConfigError for a shell that is not known */
export function shellOf(name: string): Shell {
  const shell = SHELLS.find((each) => each === name)
  if (shell) return shell
  throw new ConfigError({
    message: `there is no completion for '${name}', only for ${SHELLS.join(', ')}`,
    suggestions: nearest(name, SHELLS),
  })
}

/** A script for the shell's `eval` that completes `program` by asking it. */
export function completionScript(shell: Shell, program: string): string {
  const name = program.split('/').at(-1) ?? program
  const id = name.replaceAll(/[^A-Za-z0-9]/g, '_')
  switch (shell) {
    case 'bash':
      return `_${id}_complete() {
    local word="\${COMP_WORDS[COMP_CWORD]}"
    local candidates
    candidates=$(COMP_LINE="$COMP_LINE" "\${COMP_WORDS[0]}" --shell-completion query=bash 2>/dev/null) || return
    local IFS=$'\\n'
    COMPREPLY=($(compgen -o nospace -o default -W "$candidates" -- "$word"))
}
COMP_WORDBREAKS=\${COMP_WORDBREAKS//=}
complete -o nospace -o default -F _${id}_complete ${name}
`
    case 'zsh':
      return `_${id}_complete() {
    local -a candidates
    candidates=("\${(@f)$(COMP_LINE="$BUFFER" \${words[1]} --shell-completion query=zsh 2>/dev/null)}")
    compadd -S '' -- $candidates
}
compdef _${id}_complete ${name}
`
    case 'fish':
      return `function _${id}_complete
    set -lx COMP_LINE (commandline -cp)
    set -l parts (commandline -cpo)
    eval "$parts[1] --shell-completion query=fish" 2>/dev/null
end
complete -c ${name} -x -a '(_${id}_complete)'
`
  }
}

/** Takes the completion of `program` back. */
export function completionRemoval(shell: Shell, program: string): string {
  const name = program.split('/').at(-1) ?? program
  const id = name.replaceAll(/[^A-Za-z0-9]/g, '_')
  switch (shell) {
    case 'bash':
      return `complete -r ${name} 2>/dev/null\nunset -f _${id}_complete\n`
    case 'zsh':
      return `compdef -d ${name}\nunfunction _${id}_complete 2>/dev/null\n`
    case 'fish':
      return `complete -e -c ${name}\nfunctions -e _${id}_complete\n`
  }
}

/** What follows the program's name in a shell's line: \`python x.py\`, \`bun run x.ts\` and \`npx x\` count as the name. */
export function argumentsOf(line: string): string {
  const launcher = /^\s*(?:\S*\/)?(?:python3?|bunx?|npx|node)\s+(?:run\s+)?\S+\s*/
  const program = /^\s*\S+\s*/
  return line.replace(launcher.test(line) ? launcher : program, '')
}
