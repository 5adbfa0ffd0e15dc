import * as v from 'valibot'
import { field } from './field.ts'
import { Float } from './float.ts'
import { show } from './show.ts'

type Plain = boolean | number | string | null

/**
 * A key of another program that has no counterpart here: accepted with the values that change nothing, so that a tree
 * which spells them out still runs.
 */
export function neutral(description: string, initial: Plain, allowed: readonly Plain[]) {
  return v.optional(
    field<{ readonly neutral: Plain }>(description, {
      expected: `${allowed.map(show).join(' or ')} (other values are out of scope)`,
      json: { enum: allowed },
      parse: (input) => {
        const value = input instanceof Float ? input.value : input
        const found = allowed.find((each) => each === value)
        return found === undefined ? undefined : { neutral: found }
      },
    }),
    initial,
  )
}
