import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceError } from '../../ts/errors/index.ts'
import { download, Unreachable } from '../../ts/setup/download.ts'
import { scratchFolder, sha256, silent } from './scratch.ts'

const content = Buffer.alloc(300_000, 'a torch wheel, more or less; ')
const half = 150_000

/** Answers ranges; `/half` sends half of what is left and stays silent, `/short` hangs up there. */
const asked: string[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch(request) {
    const path = new URL(request.url).pathname
    const from = Number(/bytes=(\d+)-/.exec(request.headers.get('range') ?? '')?.[1] ?? 0)
    asked.push(`${path} ${from}`)
    if (path === '/silent') return new Promise<Response>(() => {})
    if (path === '/missing') return new Response('no', { status: 404 })
    if (path === '/whole') return new Response(content)
    if (from >= content.length) return new Response('', { status: 416 })
    const rest = content.subarray(from)
    const headers = { 'content-length': String(rest.length) }
    if (path === '/half' && from === 0)
      return new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(rest.subarray(0, half))
            await new Promise(() => {})
          },
        }),
      )
    return new Response(rest, { status: from > 0 ? 206 : 200, headers })
  },
})
afterAll(() => server.stop(true))
const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`

describe('download', () => {
  test('writes the file only when its checksum is right', async () => {
    const to = join(scratchFolder(), 'file')
    await download({ url: url('/file'), sha256: sha256(content), to, reporter: silent })
    expect(readFileSync(to)).toEqual(content)
    expect(existsSync(`${to}.part`)).toBe(false)
  })

  test('continues where a killed process stopped', async () => {
    const to = join(scratchFolder(), 'file')
    const script = `
      const { download } = await import(${JSON.stringify(join(import.meta.dir, '../../ts/setup/download.ts'))})
      const { createReporter } = await import(${JSON.stringify(join(import.meta.dir, '../../ts/setup/reporter.ts'))})
      await download(${JSON.stringify({ url: url('/half'), sha256: sha256(content), to }).slice(
        0,
        -1,
      )}, reporter: createReporter({ silent: true }) })`
    const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'ignore', stderr: 'inherit' })
    const part = `${to}.part`
    while (!(existsSync(part) && statSync(part).size >= half)) await Bun.sleep(5)
    child.kill('SIGKILL')
    await child.exited

    asked.length = 0
    await download({ url: url('/half'), sha256: sha256(content), to, reporter: silent })
    expect(asked).toEqual([`/half ${half}`])
    expect(readFileSync(to)).toEqual(content)
  })

  test('takes up a transfer that falls silent', async () => {
    const to = join(scratchFolder(), 'file')
    const options = { url: url('/half'), sha256: sha256(content), to, reporter: silent }
    await download({ ...options, stallMilliseconds: 50 })
    expect(readFileSync(to)).toEqual(content)
  })

  test('starts over where the server knows no ranges', async () => {
    const to = join(scratchFolder(), 'file')
    writeFileSync(`${to}.part`, content.subarray(0, 1000))
    await download({ url: url('/whole'), sha256: sha256(content), to, reporter: silent })
    expect(readFileSync(to)).toEqual(content)
  })

  test('takes a part that is already complete', async () => {
    const to = join(scratchFolder(), 'file')
    writeFileSync(`${to}.part`, content)
    await download({ url: url('/file'), sha256: sha256(content), to, reporter: silent })
    expect(readFileSync(to)).toEqual(content)
  })

  test('refuses and deletes a file with a wrong checksum', async () => {
    const to = join(scratchFolder(), 'file')
    const wrong = download({ url: url('/file'), sha256: sha256('other'), to, reporter: silent })
    await expect(wrong).rejects.toThrow(DeviceError)
    await expect(wrong).rejects.toThrow(sha256(content))
    expect(existsSync(to)).toBe(false)
    expect(existsSync(`${to}.part`)).toBe(false)
  })

  test('fetches a damaged file anew', async () => {
    const to = join(scratchFolder(), 'file')
    writeFileSync(to, 'damaged')
    await download({ url: url('/file'), sha256: sha256(content), to, reporter: silent })
    expect(readFileSync(to)).toEqual(content)
  })

  test('says that a host is unreachable, so that another source can be tried', async () => {
    const to = join(scratchFolder(), 'file')
    const options = { sha256: sha256(content), to, reporter: silent }
    const missing = download({ ...options, url: url('/missing') })
    await expect(missing).rejects.toThrow(Unreachable)
    await expect(missing).rejects.toThrow('404')
    const silence = download({ ...options, url: url('/silent'), connectMilliseconds: 30 })
    await expect(silence).rejects.toThrow('no answer within 0.03 s')
    const closed = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') })
    const port = closed.port
    await closed.stop(true)
    await expect(download({ ...options, url: `http://127.0.0.1:${port}/` })).rejects.toThrow(Unreachable)
  })
})
