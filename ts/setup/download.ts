import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DeviceError } from '../errors/index.ts'
import type { Reporter } from './reporter.ts'
import { sha256File } from './sha256-file.ts'

export interface DownloadOptions {
  readonly url: string
  /** Lower-case hex, or its first digits where no more of it is published. */
  readonly sha256: string
  readonly to: string
  readonly reporter: Reporter
  /** Longest wait for the first byte of an answer. */
  readonly connectMilliseconds?: number
  /** Longest silence within a transfer before it is taken up again. */
  readonly stallMilliseconds?: number
}

const attempts = 5

/** The host gives no answer, or none that can be used: another source may. */
export class Unreachable extends Error {}

/**
 * Fetches a file to `to`. What has arrived lies in `<to>.part`, which the next call continues; `to` itself appears
 * only when its checksum is right. Unreachable if the host does not answer; DeviceError on a wrong checksum.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { to, sha256 } = options
  if (existsSync(to)) {
    if ((await sha256File(to)).startsWith(sha256)) return
    rmSync(to)
  }
  mkdirSync(dirname(to), { recursive: true })
  const part = `${to}.part`
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(part)
    try {
      await transfer(options, part)
      break
    } catch (error) {
      const moved = sizeOf(part) > before
      if (error instanceof Unreachable && !moved) throw error
      if (attempt >= attempts)
        throw new Unreachable(`${options.url}: broken off ${attempts} times (${messageOf(error)})`)
    }
  }
  const received = await sha256File(part)
  if (!received.startsWith(sha256)) {
    rmSync(part)
    throw wrongChecksum(options.url, sha256, received)
  }
  renameSync(part, to)
}

export function wrongChecksum(what: string, expected: string, received: string): DeviceError {
  return new DeviceError(
    `${what} is not the file it should be: SHA-256 ${received}, expected ${expected}; it was deleted`,
    { hint: 'run setup again; if it stays so, somebody changes files between you and the host' },
  )
}

async function transfer(options: DownloadOptions, part: string): Promise<void> {
  const have = sizeOf(part)
  const abort = new AbortController()
  const patience = options.connectMilliseconds ?? 10_000
  let timer = setTimeout(() => abort.abort(), patience)
  try {
    const response = await request(options.url, have, abort.signal, patience)
    // The server has nothing beyond what is there: complete.
    if (response.status === 416) return
    if (!response.ok || !response.body)
      throw new Unreachable(`${options.url}: answer ${response.status} ${response.statusText}`.trimEnd())
    const continued = response.status === 206
    const start = continued ? have : 0
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isFinite(length) ? start + length : undefined
    const bar = options.reporter.bar(basename(options.to), total)
    const file = openSync(part, continued ? 'a' : 'w')
    let bytes = start
    try {
      for await (const piece of response.body) {
        clearTimeout(timer)
        timer = setTimeout(() => abort.abort(), options.stallMilliseconds ?? 60_000)
        writeSync(file, piece)
        bytes += piece.byteLength
        bar.update(bytes)
      }
    } finally {
      closeSync(file)
      bar.end()
    }
    if (total !== undefined && bytes < total) throw new Error(`ended after ${bytes} of ${total} bytes`)
  } finally {
    clearTimeout(timer)
  }
}

async function request(url: string, have: number, signal: AbortSignal, patience: number): Promise<Response> {
  try {
    return await fetch(url, {
      signal,
      headers: { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
    })
  } catch (error) {
    const reason = signal.aborted ? `no answer within ${patience / 1000} s` : messageOf(error)
    throw new Unreachable(`${url}: ${reason}`)
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
