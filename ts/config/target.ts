import type * as v from 'valibot'

/**
 * Something a `_target_` may name. `schema` parses its arguments (without `_target_`), whose declared key order is the
 * order of positional `_args_`. Nothing is ever imported by name.
 */
export interface Target<Schema extends v.GenericSchema = v.GenericSchema> {
  /** Our name: `early_stopping`, `random_resized_crop`. */
  readonly name: string
  /** Python's dotted names for the same thing. */
  readonly aliases: readonly string[]
  readonly schema: Schema
}
