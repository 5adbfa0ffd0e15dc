import { readFile } from 'node:fs/promises'

/** One request takes no longer, in milliseconds. */
const REQUEST_MS = 20_000

/** An answer other than 2xx, or none. */
export class MlflowError extends Error {
  constructor(
    message: string,
    /** Whether the same request may succeed later. */
    readonly passing: boolean,
    readonly code?: string,
  ) {
    super(message)
  }
}

export interface MlflowClient {
  /** The server, without credentials. */
  readonly shown: string
  get(path: string): Promise<Record<string, unknown>>
  post(path: string, body: unknown): Promise<Record<string, unknown>>
  /** Uploads a file to the server's artifact store; `place` is its path below the store's root. */
  upload(place: string, file: string | Uint8Array): Promise<void>
}

/** Speaks MLflow's REST interface. `address` is http(s), with or without user and password in it. */
export function mlflowClient(
  address: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): MlflowClient {
  const url = new URL(address)
  const authorization = credentials(url, environment)
  url.username = ''
  url.password = ''
  const root = url.href.replace(/\/+$/, '')
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }

  const request = async (path: string, init: RequestInit): Promise<Response> => {
    let response: Response
    try {
      response = await fetch(`${root}${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      })
    } catch (error) {
      throw new MlflowError(`${root} does not answer: ${reason(error)}`, true)
    }
    if (response.ok) return response
    const text = await response.text().catch(() => '')
    const { code, message } = parseError(text)
    const passing = response.status >= 500 || response.status === 429 || response.status === 408
    const said = [`HTTP ${response.status}`, code, message].filter((part) => part !== undefined).join(' ')
    throw new MlflowError(`${root} answers ${said}`, passing, code)
  }
  const json = async (path: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await request(`/api/2.0/mlflow/${path}`, init)
    try {
      return (await response.json()) as Record<string, unknown>
    } catch (error) {
      throw new MlflowError(`${root} sends no JSON: ${reason(error)}`, true)
    }
  }

  return {
    shown: root,
    get: (path) => json(path, {}),
    post: (path, body) =>
      json(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    upload: async (place, file) => {
      const body = typeof file === 'string' ? await readFile(file) : file
      const path = place.split('/').map(encodeURIComponent).join('/')
      await request(`/api/2.0/mlflow-artifacts/artifacts/${path}`, { method: 'PUT', body: new Blob([body]) })
    },
  }
}

function credentials(url: URL, environment: NodeJS.ProcessEnv): string | undefined {
  const token = environment.MLFLOW_TRACKING_TOKEN
  const user = decodeURIComponent(url.username) || environment.MLFLOW_TRACKING_USERNAME
  const password = decodeURIComponent(url.password) || environment.MLFLOW_TRACKING_PASSWORD
  if (user) return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
  return token ? `Bearer ${token}` : undefined
}

function parseError(text: string): { code?: string; message?: string } {
  try {
    const { error_code: code, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown }
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof message === 'string' ? { message: message.slice(0, 300) } : {}),
    }
  } catch {
    return {}
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
