import { DeviceError } from '../errors/index.ts'
import { gcsToken, type Token } from './gcs-token.ts'
import type { ObjectStore } from './object-store.ts'

/** An answer that another try may turn into a better one. */
export class StoreUnavailable extends Error {}

interface Listing {
  readonly items?: readonly { readonly name: string; readonly size: string }[]
  readonly nextPageToken?: string
}

/**
 * Google Cloud Storage by its JSON API, so that an image needs no Google tools. `prefix` ends in `/`. With
 * STORAGE_EMULATOR_HOST set, as Google's own libraries know it, that server is asked and no token sent.
 */
export function gcsStore(
  bucket: string,
  prefix: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ObjectStore {
  const emulator = env.STORAGE_EMULATOR_HOST
  const host =
    emulator?.replace(/^(?!https?:\/\/)/, 'http://').replace(/\/$/, '') ?? 'https://storage.googleapis.com'
  const url = `gs://${bucket}/${prefix.replace(/\/$/, '')}`
  let token: Token | undefined
  const headers = async (): Promise<Record<string, string>> => {
    if (emulator !== undefined) return {}
    if (token === undefined || token.expires < Date.now()) token = await gcsToken(env)
    if (token) return { Authorization: `Bearer ${token.text}` }
    throw new DeviceError(`${url} cannot be reached: there are no Google credentials here`, {
      hint: 'run `gcloud auth login`, run on a machine with a service account, or set GOOGLE_OAUTH_ACCESS_TOKEN',
    })
  }
  const ask = async (path: string, request: RequestInit = {}): Promise<Response> => {
    let answer: Response
    try {
      answer = await fetch(`${host}${path}`, { ...request, headers: await headers() })
    } catch (error) {
      if (error instanceof DeviceError) throw error
      throw new StoreUnavailable(`${url}: ${error instanceof Error ? error.message : error}`)
    }
    if (answer.status === 401 || answer.status === 403) {
      token = undefined
      throw new DeviceError(`${url} refuses these credentials (HTTP ${answer.status})`, {
        hint: 'the account needs the role Storage Object User on the bucket',
      })
    }
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500)
      throw new StoreUnavailable(`${url} answers HTTP ${answer.status}`)
    return answer
  }
  const object = (name: string): string =>
    `/storage/v1/b/${bucket}/o/${encodeURIComponent(`${prefix}${name}`)}`
  const demand = (answer: Response, what: string): Response => {
    if (answer.ok) return answer
    throw new DeviceError(`${url}: ${what} is refused with HTTP ${answer.status}`, {
      hint: 'check the name of the bucket',
    })
  }
  const read = async (name: string): Promise<Response | undefined> => {
    const answer = await ask(`${object(name)}?alt=media`)
    return answer.status === 404 ? undefined : demand(answer, `reading ${name}`)
  }
  return {
    url,
    async list(start) {
      const found: { name: string; size: number }[] = []
      let page: string | undefined
      do {
        const query = new URLSearchParams({
          prefix: `${prefix}${start}`,
          fields: 'items(name,size),nextPageToken',
          ...(page !== undefined && { pageToken: page }),
        })
        const answer = demand(await ask(`/storage/v1/b/${bucket}/o?${query}`), 'a listing')
        const { items = [], nextPageToken } = (await answer.json()) as Listing
        for (const { name, size } of items)
          found.push({ name: name.slice(prefix.length), size: Number(size) })
        page = nextPageToken
      } while (page !== undefined)
      return found
    },
    read: async (name) => (await read(name))?.bytes(),
    async fetch(name, file) {
      const answer = await read(name)
      if (!answer) return false
      await Bun.write(file, answer)
      return true
    },
    async create(name, source) {
      const query = new URLSearchParams({
        uploadType: 'media',
        name: `${prefix}${name}`,
        // Only where there is none: nothing is ever replaced.
        ifGenerationMatch: '0',
      })
      const body = 'bytes' in source ? source.bytes : Bun.file(source.file)
      const answer = await ask(`/upload/storage/v1/b/${bucket}/o?${query}`, { method: 'POST', body })
      if (answer.status === 412) return false
      demand(answer, `writing ${name}`)
      return true
    },
    async remove(name) {
      const answer = await ask(object(name), { method: 'DELETE' })
      if (answer.status !== 404) demand(answer, `removing ${name}`)
    },
  }
}
