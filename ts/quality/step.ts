/** One command of a check: what it is called, what runs, and in which surroundings. */
export interface Step {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Why it cannot run on this machine: it is shown as skipped, and on GitHub's machines, which can run all, as failed. */
  readonly skipped?: string
}

export interface StepResult {
  readonly name: string
  readonly exitCode: number
  readonly seconds: number
  /** Both streams as they were shown, joined; empty unless `keep` was asked for. */
  readonly output: string
}

/** Runs a step in `cwd`, showing its output on stderr as it comes. A command that does not start counts as 127. */
export async function runStep(step: Step, cwd: string, keep = false): Promise<StepResult> {
  const started = performance.now()
  process.stderr.write(`\n== ${step.name}: ${step.command.join(' ')}\n`)
  const finish = (exitCode: number, output: string): StepResult => ({
    name: step.name,
    exitCode,
    seconds: (performance.now() - started) / 1000,
    output,
  })
  let child: Bun.Subprocess<'ignore', number | 'pipe', 'inherit' | 'pipe'>
  try {
    child = Bun.spawn([...step.command], {
      cwd,
      env: step.env ?? process.env,
      stdin: 'ignore',
      stdout: keep ? 'pipe' : 2,
      stderr: keep ? 'pipe' : 'inherit',
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return finish(127, '')
  }
  const streams = [child.stdout, child.stderr].filter((stream) => stream instanceof ReadableStream)
  const texts = await Promise.all(streams.map(show))
  return finish(await child.exited, texts.join('\n'))
}

async function show(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of stream) {
    process.stderr.write(piece)
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Runs all steps even after one failed, so that one run shows every problem; answers an exit code. What this machine cannot
 * run is named with its reason.
 */
export async function runSteps(
  steps: readonly Step[],
  cwd: string,
  isCi = Boolean(process.env.GITHUB_ACTIONS),
): Promise<number> {
  const results: StepResult[] = []
  for (const step of steps) if (step.skipped === undefined) results.push(await runStep(step, cwd))
  process.stderr.write('\n')
  for (const { name, exitCode, seconds } of results)
    process.stderr.write(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)\n`)
  const skipped = steps.filter((step) => step.skipped !== undefined)
  for (const { name, skipped: reason } of skipped)
    process.stderr.write(`${isCi ? 'FAILED' : 'SKIPPED'} ${name}: ${reason}\n`)
  return results.every(({ exitCode }) => exitCode === 0) && !(isCi && skipped.length > 0) ? 0 : 1
}
