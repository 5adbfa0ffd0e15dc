/** From this share of the classes on, a data set is taken to be about digits or letters. */
const most = 0.8

/** Whether the classes are numbers or single characters: things that a mirror or a cut turns into others. */
export function areDigits(classes: readonly string[]): boolean {
  const like = classes.filter((name) => /^(\d+|[a-z])$/i.test(name.trim()))
  return classes.length > 1 && like.length >= most * classes.length
}

/** A pair of classes that a mirror swaps: `turn left` and `turn right`. */
export function mirroredPair(classes: readonly string[]): readonly [string, string] | undefined {
  const lower = new Map(classes.map((name) => [name.toLowerCase(), name]))
  for (const [name, original] of lower) {
    const other = lower.get(name.replace('left', 'right'))
    if (name.includes('left') && other !== undefined) return [original, other]
  }
  return undefined
}
