const variable = 'CLASSIFIER_TRAINING_INJECT'

type Effect = 'kill' | 'enospc' | 'eio' | 'erofs'

const codes = { enospc: 'ENOSPC', eio: 'EIO', erofs: 'EROFS' } as const

const counts = new Map<string, number>()
let rules: readonly string[] | undefined

/**
 * A named point at which a test may let the process die or the disk fail: `CLASSIFIER_TRAINING_INJECT=kill@pointer.staged:2`
 * dies at the second hit. Does nothing where the variable does not name the point. The points of the native core are its own
 * (`crates/engine/src/injection.rs`); CONTRIBUTING.md lists both.
 */
export function injectionPoint(point: string): void {
  rules ??= process.env[variable]?.split(',') ?? []
  if (rules.length === 0) return
  const hits = (counts.get(point) ?? 0) + 1
  counts.set(point, hits)
  for (const rule of rules) {
    const [, effect, place, nth] = /^\s*(kill|enospc|eio|erofs)@([\w.]+)(?::(\d+))?\s*$/.exec(rule) ?? []
    if (place !== point || hits !== Number(nth ?? 1)) continue
    act(effect as Effect, point)
  }
}

function act(effect: Effect, point: string): void {
  if (effect === 'kill') {
    process.kill(process.pid, 'SIGKILL')
    // The signal may arrive a moment later; nothing more may happen until then.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  } else {
    const code = codes[effect]
    throw Object.assign(new Error(`${code}: injected at ${point}`), { code })
  }
}
