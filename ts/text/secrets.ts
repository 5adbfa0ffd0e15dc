const SECRET_NAME =
  /(^|[_.-])(api_?key|passw(or)?d|secret(_?access)?(_?key)?|access_?token|auth_?token|token|credentials?)$/i
/** Shorter values are words that stand elsewhere too. */
const LEAST_LENGTH = 8
const MASK = '***'
/** User and password of an address. */
const IN_ADDRESS = /(\w:\/\/)[^/@\s'"]+@/g

/** Whether the value under this name, of a key or a variable, must not leave the machine. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** The values in `environment` and, by their keys, in a configuration that must not leave the machine. */
export function secretValues(environment: NodeJS.ProcessEnv, config?: unknown): string[] {
  const found = Object.entries(environment).flatMap(([name, value]) =>
    isSecretName(name) && value !== undefined ? [value] : [],
  )
  const walk = (value: unknown, isSecret: boolean): void => {
    if (typeof value === 'string') {
      if (isSecret) found.push(value)
      const password = URL.canParse(value) ? decodeURIComponent(new URL(value).password) : ''
      if (password !== '') found.push(password)
    } else if (Array.isArray(value)) for (const item of value) walk(item, isSecret)
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, isSecret || isSecretName(name))
  }
  walk(config, false)
  // Interpolations name a secret and do not hold it.
  const held = found.filter((value) => value.length >= LEAST_LENGTH && !value.includes('${'))
  return [...new Set(held)].sort((a, b) => b.length - a.length)
}

/** `name=secret` words of a command line. */
export function secretWords(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const [, name, value = ''] = /^[+~]*([^=]+)=(.*)$/.exec(word) ?? []
    return name !== undefined && isSecretName(name) && value.length >= LEAST_LENGTH ? [value] : []
  })
}

/** A text with `mask` in the place of every secret, and of user and password of every address. */
export function masked(text: string, secrets: readonly string[], mask = MASK): string {
  const open = text.replace(IN_ADDRESS, `$1${mask}@`)
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, mask), open)
}

/** The same for every text in a value of any shape; a value under a secret's name is masked whole. */
export function maskedDeep(value: unknown, secrets: readonly string[], name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => maskedDeep(item, secrets, name))
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, maskedDeep(inner, secrets, key)]),
    )
  if (typeof value !== 'string') return value
  return isSecretName(name) && value !== '' ? MASK : masked(value, secrets)
}
