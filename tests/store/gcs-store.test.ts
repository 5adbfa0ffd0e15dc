import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { gcsStore, StoreUnavailable } from '../../ts/store/gcs-store.ts'
import { gcsToken } from '../../ts/store/gcs-token.ts'
import { isRemote, openStore } from '../../ts/store/open-store.ts'
import { persistently } from '../../ts/store/persistence.ts'
import { scratchFolder } from '../setup/scratch.ts'
import { bucketServer } from './bucket-server.ts'

const server = bucketServer()
afterAll(() => server.stop())
beforeEach(() => {
  server.objects.clear()
  server.isBusy = () => false
})
const store = () => gcsStore('my-bucket', 'runs/a/', { STORAGE_EMULATOR_HOST: server.host })
const text = (value: string): { bytes: Uint8Array } => ({ bytes: new TextEncoder().encode(value) })

describe('Google Cloud Storage', () => {
  test('objects come whole, under names that keep what they hold', async () => {
    expect(await store().create('a/ü &?#.txt', text('one'))).toBe(true)
    expect(await store().create('a/ü &?#.txt', text('two'))).toBe(false)
    expect([...server.objects.keys()]).toEqual(['my-bucket/runs/a/a/ü &?#.txt'])
    expect(new TextDecoder().decode(await store().read('a/ü &?#.txt'))).toBe('one')
    expect(await store().read('none')).toBeUndefined()
    await store().remove('a/ü &?#.txt')
    await store().remove('a/ü &?#.txt')
    expect(server.objects.size).toBe(0)
  })

  test('files go up and come down', async () => {
    const folder = scratchFolder()
    const [up, down] = [join(folder, 'up'), join(folder, 'down')]
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    await Bun.write(up, bytes)
    expect(await store().create('x', { file: up })).toBe(true)
    expect(await store().fetch('x', down)).toBe(true)
    expect(await Bun.file(down).bytes()).toEqual(bytes)
    expect(await store().fetch('y', down)).toBe(false)
  })

  test('a listing has all pages and nothing of others', async () => {
    for (let index = 0; index < 8; index++) await store().create(`a/${index}`, text('x'.repeat(index)))
    server.objects.set('my-bucket/runs/ab', new Uint8Array())
    const found = await store().list('a/')
    expect(found.map(({ name, size }) => `${name}:${size}`)).toEqual(
      Array.from({ length: 8 }, (_, index) => `a/${index}:${index}`),
    )
  })

  test('what is busy is asked again, and given up in the end', async () => {
    let requests = 0
    server.isBusy = () => ++requests < 4
    const waited: number[] = []
    const pause = async (milliseconds: number): Promise<void> => void waited.push(milliseconds)
    await persistently(() => store().create('x', text('1')), pause)
    expect(waited).toEqual([250, 500, 1000])
    server.isBusy = () => true
    expect(persistently(() => store().read('x'), pause)).rejects.toBeInstanceOf(StoreUnavailable)
  })

  test('credentials come from the environment or from the machine', async () => {
    expect(await gcsToken({ GOOGLE_OAUTH_ACCESS_TOKEN: 'given' })).toMatchObject({ text: 'given' })
    const metadata = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) =>
        request.headers.get('Metadata-Flavor') === 'Google'
          ? Response.json({ access_token: 'of the machine', expires_in: 3600 })
          : new Response('no', { status: 403 }),
    })
    const token = await gcsToken({ GCE_METADATA_HOST: `127.0.0.1:${metadata.port}` })
    await metadata.stop(true)
    expect(token?.text).toBe('of the machine')
    expect(token?.expires).toBeGreaterThan(Date.now() + 3_000_000)
  })
})

describe('where a run folder lies', () => {
  const table =
    'overlay / overlay rw 0 0\nmy-bucket /gcs/my\\040bucket fuse.gcsfuse rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n'
  test.each([
    ['gs://bucket/runs/a', true],
    ['mount:///somewhere', true],
    ['/gcs/my bucket/runs/a', true],
    ['/gcs/my bucketeer/runs', false],
    ['outputs/a', false],
    ['/tmp/a', false],
  ])('%s', (location, remote) => expect(isRemote(location, () => table)).toBe(remote))

  test.each(['s3://bucket/a', 'gs://', 'gs://B/a', 'gs://a;b/c'])('%s is refused', (location) => {
    expect(() => openStore(location)).toThrow(/cannot be kept|not the name of a bucket/)
  })
})
