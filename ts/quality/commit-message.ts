/** Types of conventional commits that releases are computed from, and those that release nothing. */
export const commitTypes = [
  'feat',
  'fix',
  'perf',
  'refactor',
  'docs',
  'test',
  'build',
  'ci',
  'chore',
  'style',
  'revert',
] as const

const longestHeader = 100

/** What is wrong with a commit message by the conventional-commit rules; nothing where it is right. */
export function commitMessageProblems(message: string): string[] {
  const lines = message
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trimEnd()
    .split('\n')
  const [header = '', second] = lines
  // Git writes these itself, and they vanish or carry no release.
  if (/^(Merge|Revert|fixup!|squash!|amend!) ?/.test(header)) return []
  const problems: string[] = []
  const parts = /^(?<type>[a-z]+)(?:\((?<scope>[^()]+)\))?!?: (?<subject>.+)$/.exec(header)?.groups
  if (!parts)
    return [
      `the first line must read "type: subject" or "type(scope): subject", not ${JSON.stringify(header)}`,
    ]
  if (!commitTypes.some((type) => type === parts.type))
    problems.push(`there is no type ${JSON.stringify(parts.type)}; use one of ${commitTypes.join(', ')}`)
  if (parts.subject?.endsWith('.')) problems.push('the subject ends in a full stop')
  if (header.length > longestHeader)
    problems.push(`the first line has ${header.length} characters; at most ${longestHeader}`)
  if (second !== undefined && second !== '') problems.push('the second line must be empty')
  return problems
}
