/** A worker's entry: draws each batch that it is sent and answers with how it went. */
import { type RenderBatch, renderBatch } from './render-batch.ts'

/** What a worker answers to a batch. */
export type RenderAnswer = { readonly done: number } | { readonly error: string; readonly code?: string }

declare const self: Worker

self.onmessage = (event: MessageEvent<RenderBatch>) => {
  self.postMessage(answer(event.data))
}

function answer(batch: RenderBatch): RenderAnswer {
  try {
    renderBatch(batch)
    return { done: batch.images.length }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return code === undefined ? { error: message } : { error: message, code }
  }
}
