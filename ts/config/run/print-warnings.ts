import type { Composition } from '../compose-tree.ts'
import type { Surroundings } from './program.ts'

/** Prints the composition's warnings with their places. */
export function printWarnings(composition: Composition, around: Surroundings): void {
  for (const { message, place } of composition.warnings) {
    const where = place?.kind === 'file' ? ` (${place.file}:${place.line}:${place.column})` : ''
    around.printError(`warning: ${message}${where}\n`)
  }
}
