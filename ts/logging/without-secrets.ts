import { maskedDeep, secretValues } from '../text/secrets.ts'

/** A configuration without the values that must not leave the machine; `***` stands for them. */
export function withoutSecrets(config: unknown, environment: NodeJS.ProcessEnv = process.env): unknown {
  return maskedDeep(config, secretValues(environment))
}
