import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export type WandbMode = 'online' | 'offline' | 'disabled'

/** Where runs are uploaded to, and as whom. */
export interface WandbAccount {
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** `undefined`: nobody is logged in. */
  readonly key: string | undefined
  /** What the surroundings ask for; the options of the logger go before it. */
  readonly mode: WandbMode
}

/**
 * The account as the Python client finds it: `WANDB_*` variables, then `wandb/settings` where the runs lie, then the
 * user's own settings; the key from the environment or from netrc.
 */
export function wandbAccount(environment: NodeJS.ProcessEnv, root: string): WandbAccount {
  const home = environment.HOME ?? homedir()
  const files = [
    join(environment.WANDB_CONFIG_DIR ?? join(home, '.config', 'wandb'), 'settings'),
    join(root, 'settings'),
    join(process.cwd(), 'wandb', 'settings'),
  ]
  const settings: Record<string, string> = Object.assign({}, ...files.map(readSettings))
  const address = environment.WANDB_BASE_URL || settings.base_url || 'https://api.wandb.ai'
  const baseUrl = address.replace(/\/+$/, '')
  const key = environment.WANDB_API_KEY || netrcPassword(environment, home, baseUrl)
  return { baseUrl, key, mode: asMode(environment.WANDB_MODE || settings.mode) }
}

function asMode(mode: string | undefined): WandbMode {
  if (mode === 'disabled' || mode === 'offline') return mode
  return mode === 'dryrun' ? 'offline' : 'online'
}

/** `name = value` lines of an INI file, whatever their section. */
function readSettings(file: string): Record<string, string> {
  if (!existsSync(file)) return {}
  const lines = readFileSync(file, 'utf8').split('\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}

function netrcPassword(environment: NodeJS.ProcessEnv, home: string, baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined
  const { hostname } = new URL(baseUrl)
  const files = [environment.NETRC ?? join(home, '.netrc'), join(home, '_netrc')]
  const file = files.find((candidate) => existsSync(candidate))
  return file === undefined ? undefined : netrcEntries(readFileSync(file, 'utf8')).get(hostname)
}

/** Passwords of a netrc file by machine; macros and the default entry are passed over. */
export function netrcEntries(text: string): Map<string, string> {
  const passwords = new Map<string, string>()
  const words = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join(' ')
    .split(/\s+/)
  let machine: string | undefined
  for (let at = 0; at < words.length; at++) {
    if (words[at] === 'machine') machine = words[++at]
    else if (words[at] === 'default') machine = undefined
    else if (words[at] === 'password' && machine !== undefined) {
      const password = words[++at]
      if (password !== undefined) passwords.set(machine, password)
    } else if (words[at] === 'login' || words[at] === 'account') at++
  }
  return passwords
}
