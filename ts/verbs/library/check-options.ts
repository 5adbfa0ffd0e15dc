import * as v from 'valibot'
import { ConfigError } from '../../errors/index.ts'

/** Checks what a program passed, which no compiler may have seen. @throws ConfigError with all that is wrong */
export function checkOptions(verb: string, entries: v.ObjectEntries, options: unknown): void {
  const { success, issues } = v.safeParse(v.strictObject(entries), options)
  if (success) return
  throw new ConfigError(
    issues.map((issue) => ({
      key: v.getDotPath(issue) ?? undefined,
      message: issue.expected === 'never' ? 'is not an option' : issue.message,
    })),
    { hint: `${verb} takes ${Object.keys(entries).join(', ')}` },
  )
}

const atLeastOne = 'must be a whole number of at least 1'

/** A count of things. */
export const count = v.optional(
  v.pipe(v.number(atLeastOne), v.integer(atLeastOne), v.minValue(1, atLeastOne)),
)

/** A path, or another text that may not be empty. */
export const path = v.pipe(v.string('must be a path'), v.nonEmpty('must be a path'))
