import type { ValidationEvent } from '../train/callback.ts'
import { epochFolder } from './run-path.ts'

type Evaluated = Pick<ValidationEvent, 'split' | 'epoch'>

/** What a picture of an evaluation says it shows. */
export function evaluatedName({ split, epoch }: Evaluated): string {
  return split === 'val' ? `Validation, epoch ${epoch}` : 'Test'
}

/** Where pictures of an evaluation lie below the output folder: `epoch_007`, or `test` at the end. */
export function evaluatedFolder({ split, epoch }: Evaluated): string {
  return split === 'val' ? epochFolder(epoch) : split
}
