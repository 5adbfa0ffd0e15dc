import { ConfigError } from '../errors/index.ts'

/** Says that a callback watches a metric that the run does not log, and which ones it does. */
export function unknownMetric(callback: string, monitor: string, known: readonly string[]): ConfigError {
  const names = known.filter((name) => !/\/(acc|f1|auroc)_class_/.test(name)).sort()
  return new ConfigError(
    { key: `callbacks.${callback}.monitor`, message: `the run logs no metric named "${monitor}"` },
    { hint: names.length > 0 ? `it logs ${names.join(', ')}` : 'it logged no metric at all' },
  )
}
