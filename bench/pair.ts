/** One side of a comparison: a command whose last stdout line is JSON. */
export interface Side {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A command's last line. */
export type Answer = Readonly<Record<string, unknown>>

/** A figure's median with its spread. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Paired {
  readonly a: Spread
  readonly b: Spread
  /** a / b, pair by pair. */
  readonly ratio: Spread
  /** What both said in the last round. */
  readonly last: readonly [a: Answer, b: Answer]
}

/** Runs A B A B … for `rounds` counted rounds after one that is not, and reads `figure` off each answer. */
export async function paired(
  a: Side,
  b: Side,
  rounds: number,
  figure: (answer: Answer) => number,
): Promise<Paired> {
  const values: [number, number][] = []
  let last: [Answer, Answer] = [{}, {}]
  for (let round = 0; round <= rounds; round++) {
    last = [await answer(a), await answer(b)]
    const pair: [number, number] = [figure(last[0]), figure(last[1])]
    if (round > 0) values.push(pair)
    process.stderr.write(
      `  ${round === 0 ? 'warm-up' : `round ${round}/${rounds}`}: ${a.name} ${pair[0].toFixed(1)}, ${b.name} ${pair[1].toFixed(1)}\n`,
    )
  }
  return {
    a: spread(values.map(([x]) => x)),
    b: spread(values.map(([, y]) => y)),
    ratio: spread(values.map(([x, y]) => x / y)),
    last,
  }
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((x, y) => x - y)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}

/** Runs a command once and reads its last line. */
export async function answer(side: Side): Promise<Answer> {
  const child = Bun.spawn([...side.command], {
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, ...side.env },
  })
  const [text, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`${side.name} ended with ${code}:\n${errors.slice(-2000)}`)
  const line = text.trim().split('\n').at(-1) ?? ''
  return JSON.parse(line) as Answer
}
