/** A tracking server in memory, which can be told to fail. */
export interface MlflowServer {
  readonly url: string
  readonly metrics: { key: string; value: unknown; step: number; timestamp: number }[]
  readonly params: Map<string, string>
  readonly tags: Map<string, string>
  readonly artifacts: Map<string, Uint8Array>
  readonly statuses: string[]
  readonly authorizations: Set<string>
  readonly batchSizes: number[]
  runs: number
  /** Answers the next requests instead of the server. */
  readonly failures: (() => Response | Promise<Response>)[]
  stop(): void
}

interface Batch {
  readonly metrics?: MlflowServer['metrics']
  readonly params?: { key: string; value: string }[]
  readonly tags?: { key: string; value: string }[]
}

export function mlflowServer(): MlflowServer {
  const state: Omit<MlflowServer, 'url' | 'stop'> = {
    metrics: [],
    params: new Map(),
    tags: new Map(),
    artifacts: new Map(),
    statuses: [],
    authorizations: new Set(),
    batchSizes: [],
    runs: 0,
    failures: [],
  }
  const run = { run: { info: { run_id: 'run1', artifact_uri: 'mlflow-artifacts:/7/run1/artifacts' } } }
  const missing = () =>
    Response.json({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such' }, { status: 404 })
  let experiment: string | undefined
  const answer = async (path: string, body: () => Promise<unknown>): Promise<Response> => {
    if (path === 'experiments/get-by-name')
      return experiment ? Response.json({ experiment: { experiment_id: '7' } }) : missing()
    const said = path === 'runs/get' ? {} : ((await body()) as Record<string, unknown>)
    if (path === 'experiments/create') {
      experiment = String(said.name)
      return Response.json({ experiment_id: '7' })
    }
    if (path === 'runs/create') state.runs++
    for (const { key, value } of (said as Batch).tags ?? []) state.tags.set(key, value)
    if (path === 'runs/create' || path === 'runs/get') return Response.json(run)
    if (path === 'runs/update') state.statuses.push(String(said.status))
    if (path === 'runs/set-tag') state.tags.set(String(said.key), String(said.value))
    if (path === 'runs/log-batch') {
      const { metrics = [], params = [] } = said as Batch
      state.batchSizes.push(metrics.length)
      state.metrics.push(...metrics)
      for (const { key, value } of params) {
        if ((state.params.get(key) ?? value) !== value)
          return Response.json({ error_code: 'INVALID_PARAMETER_VALUE' }, { status: 400 })
        state.params.set(key, value)
      }
    }
    return Response.json({})
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const failure = state.failures.shift()
      if (failure) return failure()
      state.authorizations.add(request.headers.get('authorization') ?? '')
      const { pathname } = new URL(request.url)
      const stored = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(pathname)
      if (stored) {
        const place = (stored[1] ?? '').split('/').map(decodeURIComponent).join('/')
        state.artifacts.set(place, await request.bytes())
        return Response.json({})
      }
      return answer(pathname.replace('/api/2.0/mlflow/', ''), () => request.json())
    },
  })
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.port}`,
    stop: () => void server.stop(true),
  })
}
