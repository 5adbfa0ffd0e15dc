import * as v from 'valibot'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { hydraValue } from '../config/run-directory.ts'
import { nearest } from '../config/suggest/nearest.ts'
import { toPlain } from '../config/tree/plain.ts'
import { ConfigError } from '../errors/index.ts'

type Part = 'launcher' | 'sweeper'

/** `hydra.launcher._target_` or `hydra.sweeper._target_`; empty where there is none. */
export function targetOf(context: Pick<SweepContext, 'master'>, part: Part): string {
  const node = hydraValue(context.master, [part, '_target_'])
  return node?.kind === 'str' ? node.value : ''
}

/** The resolved options of the launcher or sweeper. @throws ConfigError with all that is wrong */
export function readOptions<Schema extends v.GenericSchema>(
  { master }: Pick<SweepContext, 'master'>,
  part: Part,
  schema: Schema,
): v.InferOutput<Schema> {
  const node = hydraValue(master, [part])
  const plain = node === undefined ? {} : toPlain(node)
  const parsed = v.safeParse(schema, plain)
  if (parsed.success) return parsed.output
  const known = 'entries' in schema ? Object.keys(schema.entries as object) : []
  throw new ConfigError(
    parsed.issues.map((issue) => {
      const path = v.getDotPath(issue)
      const key = `hydra.${part}${path === null ? '' : `.${path}`}`
      if (issue.input === '???') return { key, message: 'must be set', hint: `write ${key}=VALUE` }
      const last = path?.split('.').at(-1) ?? ''
      return issue.expected === 'never'
        ? { key, message: 'there is no such key', suggestions: nearest(last, known) }
        : { key, message: `${issue.message}, not ${JSON.stringify(issue.input)}` }
    }),
  )
}
