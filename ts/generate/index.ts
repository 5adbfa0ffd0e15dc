export type { DatasetStamp, Split } from './dataset-stamp.ts'
export {
  type GenerateControls,
  type GeneratedSummary,
  generateJerseyNumbers,
} from './generate-jersey-numbers.ts'
export { LABELS } from './labels.ts'
export { DEFAULT_OUTPUT, type GenerateOptions } from './options.ts'
