import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CoreMessage,
  type CoreResponse,
  initSync,
  readResponse,
  type SyncRequest,
  startSync,
  syncStatus,
  teardown,
} from './core-messages.ts'

const MAGIC = 0x57
const FRAME_HEADER = 5
const START_MS = 30_000
const POLL_MS = 50

/** W&B's own uploader, as a child that ends with this process. */
export interface CoreProcess {
  /** Uploads logs, which takes as long as it takes; answers what the uploader said at the end. */
  sync(request: SyncRequest, onMessage: (message: CoreMessage) => void): Promise<void>
  /** Ends the child, whatever it does. */
  stop(): void
}

/**
 * Starts `wandb-core`, without its reports to its makers, in a session of its own, so that a Ctrl-C is ours alone.
 *
 * @throws Error where it does not start
 */
export async function startCore(binary: string, environment: NodeJS.ProcessEnv): Promise<CoreProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'wandb-core-'))
  const portFile = join(folder, 'port')
  const words = ['--no-observability', '--port-filename', portFile, '--pid', String(process.pid)]
  const child = spawn(binary, words, { env: environment, stdio: 'ignore', detached: true })
  child.unref()
  let socket: Socket
  try {
    socket = await connected(await address(portFile, child))
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return overSocket(socket, child)
}

function overSocket(socket: Socket, child: ChildProcess): CoreProcess {
  const waiting = new Map<string, (response: CoreResponse | Error) => void>()
  let broken: Error | undefined
  let count = 0
  const fail = (reason: string): void => {
    broken ??= new Error(reason)
    for (const settle of waiting.values()) settle(broken)
    waiting.clear()
  }
  readFrames(socket, (frame) => {
    const response = readResponse(frame)
    waiting.get(response.id)?.(response)
    waiting.delete(response.id)
  })
  socket.on('error', (error) => fail(`wandb-core: ${error.message}`))
  socket.on('close', () => fail('wandb-core has ended'))
  socket.unref()
  const send = (message: Uint8Array): void => {
    const header = Buffer.alloc(FRAME_HEADER)
    header[0] = MAGIC
    header.writeUInt32LE(message.length, 1)
    socket.write(Buffer.concat([header, message]))
  }
  const ask = async (make: (id: string) => Uint8Array): Promise<CoreResponse> => {
    if (broken) throw broken
    const id = `ct-${++count}`
    const response = await new Promise<CoreResponse | Error>((resolve) => {
      waiting.set(id, resolve)
      send(make(id))
    })
    if (response instanceof Error) throw response
    if (response.error !== undefined) throw new Error(`wandb-core: ${response.error}`)
    return response
  }
  return {
    async sync(request, onMessage) {
      const { sync = '' } = await ask((id) => initSync(id, request))
      let over = false
      const done = ask((id) => startSync(id, sync)).finally(() => {
        over = true
      })
      const follow = async (): Promise<void> => {
        while (!over) {
          const { messages } = await ask((id) => syncStatus(id, sync))
          for (const message of messages) onMessage(message)
          await Promise.race([pause(1000), done.catch(() => {})])
        }
      }
      const followed = follow().catch(() => {})
      const { messages } = await done
      await followed
      for (const message of messages) onMessage(message)
    },
    stop() {
      if (!broken) send(teardown())
      socket.destroy()
      child.kill('SIGKILL')
    },
  }
}

/** Frames of a stream: the magic byte, the length as 32 bits little-endian, the message. */
function readFrames(socket: Socket, take: (frame: Uint8Array) => void): void {
  let rest: Uint8Array = new Uint8Array(0)
  socket.on('data', (data: Buffer) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    while (rest.length >= FRAME_HEADER) {
      const end = FRAME_HEADER + new DataView(rest.buffer, rest.byteOffset).getUint32(1, true)
      if (rest[0] !== MAGIC || rest.length < end) break
      take(rest.subarray(FRAME_HEADER, end))
      rest = rest.subarray(end)
    }
  })
}

/** What the child writes into its port file: a socket's path or a port, with `EOF` in the last line. */
async function address(file: string, child: ChildProcess): Promise<{ path: string } | { port: number }> {
  let ended: string | undefined
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`
  })
  for (const start = performance.now(); performance.now() - start < START_MS; ) {
    if (ended !== undefined) throw new Error(`wandb-core does not start: ${ended}`)
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (text.trimEnd().endsWith('EOF')) {
      const [, path] = /^unix=(.+)$/m.exec(text) ?? []
      const [, port] = /^sock=(\d+)$/m.exec(text) ?? []
      if (path !== undefined) return { path }
      if (port !== undefined) return { port: Number(port) }
    }
    await pause(POLL_MS)
  }
  throw new Error(`wandb-core does not start within ${START_MS / 1000} s`)
}

function connected(to: { path: string } | { port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = 'path' in to ? connect(to.path) : connect(to.port, '127.0.0.1')
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Waits without keeping the process alive. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })
}
