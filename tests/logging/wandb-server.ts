/** A server that answers what `wandb sync` asks and remembers what it was sent. */
export interface WandbServer {
  readonly url: string
  /** Rows of wandb-history.jsonl by run, in order. */
  readonly history: Map<string, Record<string, unknown>[]>
  readonly summary: Map<string, Record<string, unknown>>
  readonly exitCodes: Map<string, number>
  readonly files: Map<string, Uint8Array>
  readonly configs: Record<string, unknown>[]
  readonly artifacts: Record<string, unknown>[]
  readonly operations: string[]
  /** Lines of output.log and of wandb-events.jsonl by run. */
  readonly console: Map<string, string[]>
  readonly events: Map<string, Record<string, unknown>[]>
  readonly authorizations: Set<string>
  /** What is answered instead, while it is there: an outage. */
  failing: (() => Response | Promise<Response>) | undefined
  stop(): void
}

type Variables = Record<string, unknown>

export function wandbServer(): WandbServer {
  const history = new Map<string, Record<string, unknown>[]>()
  const summary = new Map<string, Record<string, unknown>>()
  const exitCodes = new Map<string, number>()
  const files = new Map<string, Uint8Array>()
  const configs: Record<string, unknown>[] = []
  const artifacts: Record<string, unknown>[] = []
  const operations: string[] = []
  const output = new Map<string, string[]>()
  const events = new Map<string, Record<string, unknown>[]>()
  const authorizations = new Set<string>()
  const state: Pick<WandbServer, 'failing'> = { failing: undefined }

  const project = (name: unknown) => ({ name, entity: { name: 'team', __typename: 'Entity' } })
  const answers: Record<string, (variables: Variables) => unknown> = {
    ServerFeaturesQuery: () => ({ serverInfo: { features: [] } }),
    Viewer: () => ({
      viewer: { id: 'u', entity: 'team', username: 'me', flags: '{}', teams: { edges: [] } },
    }),
    RunResumeStatus: ({ name }) => {
      const rows = history.get(String(name))
      if (!rows) return { model: null }
      const tails = { historyTail: '[]', summaryMetrics: '{}', eventsTail: '[]', config: '{}' }
      const counts = { historyLineCount: rows.length, eventsLineCount: 0, logLineCount: 0 }
      return { model: { id: 'm', bucket: { id: 'cnVu', name, ...tails, ...counts } } }
    },
    UpsertBucket: (variables) => {
      configs.push(JSON.parse(String(variables.config ?? '{}')) as Record<string, unknown>)
      const id = String(variables.name)
      const rows = history.get(id)?.length ?? 0
      const bucket = {
        id: 'cnVu',
        name: id,
        displayName: variables.displayName ?? id,
        description: '',
        config: variables.config ?? '{}',
        sweepName: null,
        project: project(variables.project ?? variables.modelName),
        historyLineCount: rows,
      }
      return { upsertBucket: { bucket, inserted: rows === 0 } }
    },
    CreateRunFiles: (variables) => ({
      createRunFiles: {
        runID: 'cnVu',
        uploadHeaders: [],
        files: (variables.files as string[]).map((name) => ({ name, uploadUrl: put(name) })),
      },
    }),
    CreateArtifact: (variables) => {
      artifacts.push(variables)
      const id = `artifact-${artifacts.length}`
      const sequence = { id: 's', latestArtifact: null }
      return { createArtifact: { artifact: { id, state: 'PENDING', artifactSequence: sequence } } }
    },
    CreateArtifactManifest: () => ({
      createArtifactManifest: {
        artifactManifest: {
          id: 'm',
          file: { id: 'f', name: 'm', displayName: 'm', uploadUrl: put('m'), uploadHeaders: [] },
        },
      },
    }),
    UpdateArtifactManifest: () => ({
      updateArtifactManifest: {
        artifactManifest: {
          id: 'm',
          file: { id: 'f', name: 'm', displayName: 'm', uploadUrl: put('m'), uploadHeaders: [] },
        },
      },
    }),
    CreateArtifactFiles: (variables) => {
      const specs = (variables.input as { artifactFiles?: { name: string }[] } | undefined)?.artifactFiles
      const listed = specs ?? (variables.artifactFiles as { name: string }[])
      const edges = listed.map(({ name }) => {
        const node = {
          id: name,
          name,
          displayName: name,
          uploadUrl: put(`artifact/${name}`),
          uploadHeaders: [],
        }
        return { node: { ...node, storagePath: name, uploadMultipartUrls: null, artifact: { id: 'a' } } }
      })
      return { createArtifactFiles: { files: { edges } } }
    },
    CommitArtifact: () => ({ commitArtifact: { artifact: { id: 'a', digest: 'd' } } }),
    UseArtifact: () => ({ useArtifact: { artifact: { id: 'a' } } }),
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (state.failing) return state.failing()
      authorizations.add(request.headers.get('authorization') ?? '')
      const { pathname } = new URL(request.url)
      if (pathname === '/graphql') {
        const { query, variables } = (await request.json()) as { query: string; variables: Variables }
        const operation = /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? ''
        operations.push(operation)
        const data = answers[operation]?.(variables ?? {})
        return Response.json(data === undefined ? { errors: [{ message: `no ${operation}` }] } : { data })
      }
      if (pathname.endsWith('/file_stream')) {
        const id = pathname.split('/').at(-2) ?? ''
        stream(id, (await request.json()) as StreamBody)
        return Response.json({})
      }
      if (request.method === 'PUT') {
        files.set(decodeURIComponent(pathname.slice('/put/'.length)), await request.bytes())
        return new Response('')
      }
      return new Response('not found', { status: 404 })
    },
  })
  const put = (name: string): string => `${server.url}put/${encodeURIComponent(name)}`

  interface StreamBody {
    readonly files?: Record<string, { offset: number; content: string[] }>
    readonly complete?: boolean
    readonly exitcode?: number
  }
  function stream(id: string, body: StreamBody): void {
    const chunk = body.files?.['wandb-history.jsonl']
    if (chunk) {
      const rows = history.get(id) ?? []
      for (const [index, line] of chunk.content.entries())
        rows[chunk.offset + index] = JSON.parse(line) as Record<string, unknown>
      history.set(id, rows)
    }
    const lines = body.files?.['output.log']
    if (lines) {
      const all = output.get(id) ?? []
      for (const [index, line] of lines.content.entries()) all[lines.offset + index] = line
      output.set(id, all)
    }
    const loads = body.files?.['wandb-events.jsonl']?.content ?? []
    if (loads.length > 0)
      events.set(id, [
        ...(events.get(id) ?? []),
        ...loads.map((line) => JSON.parse(line) as Record<string, unknown>),
      ])
    const last = body.files?.['wandb-summary.json']?.content.at(-1)
    if (last !== undefined) summary.set(id, JSON.parse(last) as Record<string, unknown>)
    if (body.complete === true) exitCodes.set(id, body.exitcode ?? 0)
  }

  return Object.assign(state, {
    url: `http://127.0.0.1:${server.port}`,
    console: output,
    events,
    authorizations,
    history,
    summary,
    exitCodes,
    files,
    configs,
    artifacts,
    operations,
    stop: () => void server.stop(true),
  })
}
