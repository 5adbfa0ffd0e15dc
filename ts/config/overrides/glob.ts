import type { GlobSweep } from './value.ts'

/** Whether a name matches one of the included patterns and none of the excluded ones. */
export function globMatches(sweep: GlobSweep, name: string): boolean {
  const matches = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => matchesPattern(pattern, name))
  return matches(sweep.include) && !matches(sweep.exclude)
}

/** Shell patterns: `*`, `?`, `[abc]`, `[!abc]`. Linear in the length of the name for each star. */
export function matchesPattern(pattern: string, name: string): boolean {
  let patternIndex = 0
  let nameIndex = 0
  let star = -1
  let starName = 0
  while (nameIndex < name.length) {
    const step =
      patternIndex < pattern.length ? matchOne(pattern, patternIndex, name[nameIndex] ?? '') : undefined
    if (pattern[patternIndex] === '*') {
      star = patternIndex++
      starName = nameIndex
    } else if (step !== undefined) {
      patternIndex = step
      nameIndex++
    } else if (star >= 0) {
      patternIndex = star + 1
      nameIndex = ++starName
    } else return false
  }
  while (pattern[patternIndex] === '*') patternIndex++
  return patternIndex === pattern.length
}

/** Index behind the pattern's element when it matches the character. */
function matchOne(pattern: string, index: number, character: string): number | undefined {
  const element = pattern[index]
  if (element === '?') return index + 1
  if (element !== '[') return element === character ? index + 1 : undefined
  const negated = pattern[index + 1] === '!'
  const first = index + (negated ? 2 : 1)
  const end = pattern.indexOf(']', first + 1)
  if (end < 0) return character === '[' ? index + 1 : undefined
  return inSet(pattern.slice(first, end), character) !== negated ? end + 1 : undefined
}

function inSet(set: string, character: string): boolean {
  for (let index = 0; index < set.length; index++) {
    const low = set[index] ?? ''
    if (set[index + 1] === '-' && index + 2 < set.length) {
      if (low <= character && character <= (set[index + 2] ?? '')) return true
      index += 2
    } else if (low === character) return true
  }
  return false
}
