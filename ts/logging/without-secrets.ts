const SECRET_KEY = /(^|_)(api_?key|password|passwd|secret|access_?token|auth_?token|credentials?)$/i
const SECRET_VARIABLES = ['WANDB_API_KEY', 'MLFLOW_TRACKING_PASSWORD', 'MLFLOW_TRACKING_TOKEN']

/** A configuration without the values that must not leave the machine; `***` stands for them. */
export function withoutSecrets(config: unknown, environment: NodeJS.ProcessEnv = process.env): unknown {
  const secrets = SECRET_VARIABLES.flatMap((name) => environment[name] || [])
  const clean = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => clean(item, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner, name)]))
    if (typeof value !== 'string') return value
    if (SECRET_KEY.test(key) && value !== '') return '***'
    const open = value.replace(/(\w:\/\/)[^/@\s]+@/g, '$1***@')
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), open)
  }
  return clean(config, '')
}
