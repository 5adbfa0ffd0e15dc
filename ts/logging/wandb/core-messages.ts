import { ProtoWriter, protoBytes, protoNumber, protoText, readProto } from '../protobuf.ts'

/** Field numbers of wandb_server.proto's requests and responses, which stand under the same ones. */
const fields = { requestId: 10, teardown: 7, initSync: 11, sync: 12, syncStatus: 13, error: 200 } as const

/** Field numbers of wandb_settings.proto that an upload needs. */
const settings = {
  disableStats: 10,
  offline: 30,
  apiKey: 55,
  baseUrl: 57,
  rootDir: 105,
  wandbDir: 142,
  appUrl: 202,
} as const

export interface SyncRequest {
  readonly files: readonly string[]
  /** Wait for more at the end of a log until its exit is there. */
  readonly live: boolean
  readonly baseUrl: string
  readonly key: string
  /** Folder of `wandb/`. */
  readonly root: string
}

/** Something that the uploader has to say. */
export interface CoreMessage {
  readonly isError: boolean
  readonly text: string
}

/** Severity as in Python's logging: 40 and more are errors. */
const ERROR_SEVERITY = 40

export const initSync = (id: string, request: SyncRequest): Uint8Array =>
  serverRequest(id, fields.initSync, (message) => {
    for (const file of request.files) message.text(1, file)
    message.message(2, (values) => {
      const text = (field: number, value: string): void => {
        values.message(field, (wrapped) => wrapped.text(1, value))
      }
      values.message(settings.disableStats, (wrapped) => wrapped.bool(1, true))
      values.message(settings.offline, (wrapped) => wrapped.bool(1, false))
      text(settings.apiKey, request.key)
      text(settings.baseUrl, request.baseUrl)
      text(settings.appUrl, pages(request.baseUrl))
      text(settings.rootDir, request.root)
      text(settings.wandbDir, request.root)
    })
    if (request.live) message.bool(6, true)
    message.text(7, request.root)
  })

/** Where a server shows its pages: W&B's own at another address than it is spoken to. */
const pages = (baseUrl: string): string => baseUrl.replace(/^https:\/\/api\.wandb\.ai$/, 'https://wandb.ai')

export const startSync = (id: string, sync: string): Uint8Array =>
  serverRequest(id, fields.sync, (message) => message.text(1, sync).uint(2, 1))

export const syncStatus = (id: string, sync: string): Uint8Array =>
  serverRequest(id, fields.syncStatus, (message) => message.text(1, sync))

export const teardown = (): Uint8Array =>
  new ProtoWriter().message(fields.teardown, (message) => message.uint(1, 0)).finish()

function serverRequest(id: string, field: number, fill: (message: ProtoWriter) => void): Uint8Array {
  return new ProtoWriter().message(field, fill).text(fields.requestId, id).finish()
}

/** What an answer of the uploader holds. */
export interface CoreResponse {
  readonly id: string
  /** Of an operation that was set up. */
  readonly sync: string | undefined
  readonly messages: readonly CoreMessage[]
  readonly error: string | undefined
}

export function readResponse(bytes: Uint8Array): CoreResponse {
  const response = readProto(bytes)
  const inner = (field: number) => {
    const body = protoBytes(response, field)
    return body && readProto(body)
  }
  const init = inner(fields.initSync)
  const done = inner(fields.sync)
  const status = inner(fields.syncStatus)
  const error = inner(fields.error)
  const listed = done ?? status ?? []
  const messagesField = done ? 1 : 2
  return {
    id: protoText(response, fields.requestId) ?? '',
    sync: init && protoText(init, 1),
    messages: listed.flatMap(({ field, value }) => {
      if (field !== messagesField || typeof value === 'number') return []
      const message = readProto(value)
      return [{ isError: protoNumber(message, 1) >= ERROR_SEVERITY, text: protoText(message, 2) ?? '' }]
    }),
    error: error && (protoText(error, 1) ?? 'unknown error'),
  }
}
