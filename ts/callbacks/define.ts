import type * as v from 'valibot'
import type { Target } from '../config/target.ts'
import type { Callback } from '../train/callback.ts'

/** A kind of callback: how it is configured and how one is made. */
export interface CallbackDefinition<Schema extends v.GenericSchema = v.GenericSchema> extends Target<Schema> {
  create(options: v.InferOutput<Schema>): Callback
}

/** Keeps the schema's type while declaring a callback. */
export function defineCallback<Schema extends v.GenericSchema>(
  definition: CallbackDefinition<Schema>,
): CallbackDefinition<Schema> {
  return definition
}
