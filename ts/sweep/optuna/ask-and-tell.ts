import { join } from 'node:path'
import type { Dimension } from '../search-space.ts'

/** What a trial was, and how it went. */
export interface Told {
  readonly trial: number
  readonly params: Readonly<Record<string, number | string>>
  /** Null where it has none. */
  readonly value: number | null
  readonly state: 'COMPLETE' | 'FAIL' | 'PRUNED'
}

/** Optuna in a process of its own. */
export interface AskAndTell {
  readonly version: string
  /** Tells how trials went and asks for the parameters of others. */
  exchange(
    tell: readonly Told[],
    ask: readonly number[],
  ): Promise<Readonly<Record<string, number | string>>[]>
  close(): Promise<void>
}

export interface Opening {
  readonly sampler: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly direction: 'minimize' | 'maximize'
  readonly dimensions: readonly Dimension[]
}

/** Starts Optuna with the Python named; a sentence saying why where it cannot be. */
export async function startOptuna(python: string, opening: Opening): Promise<AskAndTell | string> {
  if (Bun.which(python) === null) return `there is no ${python} on the PATH`
  const script = join(import.meta.dir, 'ask_and_tell.py')
  const child = Bun.spawn([python, script], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
  const said = new Response(child.stderr).text()
  const lines = linesOf(child.stdout)
  const send = async (value: unknown): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(value)}\n`)
    await child.stdin.flush()
    const { value: line, done } = await lines.next()
    return done ? undefined : JSON.parse(line)
  }
  const fail = async (): Promise<string> => (await said).trim().split('\n').at(-1) ?? 'it said nothing'
  const hello = (await send(opening).catch(() => undefined)) as { version: string } | undefined
  if (hello === undefined) return `${python} cannot run Optuna: ${await fail()}`
  return {
    version: hello.version,
    async exchange(tell, ask) {
      const answer = (await send({ tell, ask })) as
        | { trials: Readonly<Record<string, number | string>>[] }
        | undefined
      if (answer === undefined) throw new Error(`Optuna ended: ${await fail()}`)
      return answer.trials
    },
    async close() {
      await child.stdin.end()
      await child.exited
    },
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of stream) {
    text += decoder.decode(piece, { stream: true })
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 1)
    }
  }
  return undefined
}
