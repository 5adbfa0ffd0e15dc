import { type RenderBatch, renderBatch } from './render-batch.ts'
import type { RenderAnswer } from './render-worker.ts'

export interface RenderHooks {
  /** Called after each batch with its number of images. */
  readonly onDone: (images: number) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Draws all batches, on `workers` threads or, with 0, on this one. Ends early with the signal's reason, or with the
 * first error. No thread is left when it returns.
 */
export async function renderBatches(
  batches: readonly RenderBatch[],
  workers: number,
  hooks: RenderHooks,
): Promise<void> {
  const queue = batches.values()
  if (workers > 0) {
    await Promise.all(Array.from({ length: workers }, () => drain(queue, hooks)))
    return
  }
  for (const batch of queue) {
    hooks.signal?.throwIfAborted()
    renderBatch(batch)
    hooks.onDone(batch.images.length)
    await new Promise(setImmediate)
  }
}

/** One worker's life: takes batches until none is left. */
function drain(queue: Iterator<RenderBatch>, hooks: RenderHooks): Promise<void> {
  const worker = new Worker(new URL('./render-worker.ts', import.meta.url))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => reject(hooks.signal?.reason)
  const next = () => {
    const { value, done } = queue.next()
    if (done) resolve()
    else worker.postMessage(value)
  }
  worker.onmessage = (event: MessageEvent<RenderAnswer>) => {
    if ('error' in event.data) {
      reject(Object.assign(new Error(event.data.error), { code: event.data.code }))
      return
    }
    hooks.onDone(event.data.done)
    next()
  }
  worker.onerror = (event) => reject(new Error(event.message))
  hooks.signal?.addEventListener('abort', abort)
  if (hooks.signal?.aborted) abort()
  else next()
  return promise.finally(() => {
    hooks.signal?.removeEventListener('abort', abort)
    worker.terminate()
  })
}
