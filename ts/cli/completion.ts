import { join } from 'node:path'
import { SHELLS, type Shell, shellOf } from '../config/show/completion-script.ts'
import { ConfigError } from '../errors/index.ts'
import { thisMachine } from '../native/machine.ts'

const help = `usage: classifier-training completion bash|zsh|fish [--remove]

Prints a script for the shell that completes commands, their options and flags, and for train the groups, choices and keys
of the configuration.

  bash    eval "$(classifier-training completion bash)"        in ~/.bashrc
  zsh     eval "$(classifier-training completion zsh)"         in ~/.zshrc, behind compinit
  fish    classifier-training completion fish | source         in ~/.config/fish/config.fish

  --remove    prints what takes it back
`

export async function run(argv: string[]): Promise<number> {
  const [first = '', ...rest] = argv
  if (argv.includes('--help')) process.stdout.write(help)
  else if (first === 'query') process.stdout.write(await candidates(rest[0] === 'bash'))
  else {
    const unknown = rest.find((word) => word !== '--remove')
    if (first === '' || unknown !== undefined)
      throw new ConfigError({
        message: first === '' ? 'completion wants a shell' : `completion does not know ${unknown}`,
        hint: `write \`classifier-training completion ${SHELLS.join('|')}\``,
      })
    process.stdout.write((rest.length > 0 ? removals : scripts)[shellOf(first)])
  }
  return 0
}

/** For the line of COMP_LINE, one a line. Bash sets no space behind a word by itself: whole words bring theirs. */
async function candidates(isBash: boolean): Promise<string> {
  const { completeLine } = await import('./complete-line.ts')
  const root = thisMachine().packageRoot
  const found = completeLine(process.env.COMP_LINE ?? '', () => ({
    configDir: join(root, 'configs'),
    configName: 'train',
    baseDir: process.cwd(),
    addedTreeFirst: true,
    pluginDir: join(root, 'configs'),
  }))
  return found.map((word) => `${word}${isBash && !/[=./]$/.test(word) ? ' ' : ''}\n`).join('')
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `_classifier_training() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(COMP_LINE="\${COMP_LINE:0:COMP_POINT}" "\${COMP_WORDS[0]}" completion query bash 2>/dev/null)
}
COMP_WORDBREAKS=\${COMP_WORDBREAKS//=}
complete -o nospace -F _classifier_training classifier-training
`,
  zsh: `_classifier_training() {
    local -a going whole
    local candidate
    for candidate in "\${(@f)$(COMP_LINE="\${BUFFER[1,CURSOR]}" "\${words[1]}" completion query zsh 2>/dev/null)}"; do
        case $candidate in
            *[=./]) going+=("$candidate") ;;
            ?*) whole+=("$candidate") ;;
        esac
    done
    compadd -S '' -a going
    compadd -a whole
}
compdef _classifier_training classifier-training
`,
  fish: `function __classifier_training
    set -lx COMP_LINE (commandline -cp)
    set -l parts (commandline -cpo)
    $parts[1] completion query fish 2>/dev/null
end
complete -c classifier-training -f -a '(__classifier_training)'
`,
}

const removals: Readonly<Record<Shell, string>> = {
  bash: 'complete -r classifier-training 2>/dev/null\nunset -f _classifier_training\n',
  zsh: 'compdef -d classifier-training\nunfunction _classifier_training 2>/dev/null\n',
  fish: 'complete -e -c classifier-training\nfunctions -e __classifier_training\n',
}
