/** A stand-in for Google Cloud Storage's JSON API on this machine. */
export interface BucketServer {
  /** For STORAGE_EMULATOR_HOST. */
  readonly host: string
  /** By bucket and name, `BUCKET/NAME`. */
  readonly objects: Map<string, Uint8Array>
  /** Uploads that were refused because the object is there. */
  readonly refused: string[]
  /** Asked before each request; true answers 503. */
  isBusy: (request: Request) => boolean
  /** Awaited when an upload's first bytes are there; true drops it. */
  onUpload: (name: string) => Promise<boolean>
  stop(): Promise<void>
}

const pageSize = 3

/** Every upload must say that it replaces nothing; listings come in small pages. */
export function bucketServer(): BucketServer {
  const objects = new Map<string, Uint8Array>()
  const refused: string[] = []
  const server: BucketServer = {
    host: '',
    objects,
    refused,
    isBusy: () => false,
    onUpload: async () => false,
    stop: () => listener.stop(true),
  }
  const listener = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (server.isBusy(request)) return new Response('try again', { status: 503 })
      const { pathname, searchParams } = new URL(request.url)
      const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname)?.[1]
      if (upload !== undefined) return take(upload, searchParams, request)
      const list = /^\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname)?.[1]
      if (list !== undefined) return listing(list, searchParams)
      const [, bucket = '', encoded = ''] = /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/.exec(pathname) ?? []
      const name = `${bucket}/${decodeURIComponent(encoded)}`
      const bytes = objects.get(name)
      if (!bytes) return new Response('no such object', { status: 404 })
      if (request.method === 'DELETE') {
        objects.delete(name)
        return new Response(null, { status: 204 })
      }
      return new Response(bytes as Uint8Array<ArrayBuffer>)
    },
  })
  Object.assign(server, { host: `http://127.0.0.1:${listener.port}` })

  async function take(bucket: string, query: URLSearchParams, request: Request): Promise<Response> {
    const name = `${bucket}/${query.get('name')}`
    if (query.get('ifGenerationMatch') !== '0') throw new Error(`${name} could have been replaced`)
    if (await server.onUpload(name)) return new Response('dropped', { status: 503 })
    const bytes = await request.bytes()
    if (objects.has(name)) {
      refused.push(name)
      return new Response('it is there', { status: 412 })
    }
    objects.set(name, bytes)
    return Response.json({ name, size: String(bytes.length) })
  }

  function listing(bucket: string, query: URLSearchParams): Response {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort()
    const start = Number(query.get('pageToken') ?? 0)
    const items = names.slice(start, start + pageSize).map((name) => ({
      name: name.slice(bucket.length + 1),
      size: String(objects.get(name)?.length ?? 0),
    }))
    const next = start + pageSize
    return Response.json({ items, ...(next < names.length && { nextPageToken: String(next) }) })
  }
  return server
}
