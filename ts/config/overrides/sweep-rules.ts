import { ConfigError, type ConfigProblem } from '../../errors/index.ts'
import { isHydraOverride, isSweep, type Override } from './value.ts'

/** Refuses sweeps outside of a multirun, and sweeps over Hydra's own keys. @throws ConfigError with all of them */
export function checkSweeps(overrides: readonly Override[], mode: 'run' | 'multirun'): void {
  const problems: ConfigProblem[] = []
  for (const override of overrides) {
    if (override.value === undefined || !isSweep(override.value)) continue
    const place = {
      kind: 'override',
      text: override.text,
      argument: override.argument,
      column: override.valueColumn,
    } as const
    if (mode === 'multirun') {
      if (!isHydraOverride(override)) continue
      const message = `sweeping over Hydra's configuration is not supported: '${override.text}'`
      problems.push({ message, place })
    } else if (override.value.kind === 'choice' && override.value.simple) {
      const values = override.text.slice(override.valueColumn - 1).trim()
      const key = override.text.slice(0, override.text.indexOf('='))
      problems.push({
        message: `ambiguous value for argument '${override.text}'`,
        place,
        hint: [
          `1. to use it as a list, write ${key}=[${values}]`,
          `2. to use it as text, quote the value: ${key}=\\'${values}\\'`,
          '3. to sweep over it, add --multirun to your command line',
        ].join('\n    '),
      })
    } else {
      problems.push({
        message: `sweep parameters '${override.text}' requires --multirun`,
        place,
        hint: 'add --multirun (-m) to your command line',
      })
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}
