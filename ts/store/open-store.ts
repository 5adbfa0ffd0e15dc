import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { folderStore } from './folder-store.ts'
import { gcsStore } from './gcs-store.ts'
import type { ObjectStore } from './object-store.ts'

/** File systems that show a bucket as folders: renames copy, and only closing a file makes it last. */
const bucketMounts = /^fuse\.(gcsfuse|s3fs|goofys|geesefs|rclone|mountpoint-s3|blobfuse2?|juicefs)$/

/** Whether a run folder lies in a bucket: by its scheme, or by the mount it is on. */
export function isRemote(location: string, mounts: () => string = mountTable): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return true
  return process.platform === 'linux' && bucketMounts.test(typeOf(resolve(location), mounts()))
}

/**
 * The store of a run folder: `gs://BUCKET/PATH`, `mount:///PATH` for a bucket that is mounted there, or a path on such a
 * mount. @throws ConfigError for another scheme
 */
export function openStore(location: string): ObjectStore {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(location) ?? [
    undefined,
    'mount',
    location,
  ]
  if (scheme === 'mount') return folderStore(resolve(rest), location)
  const [bucket = '', ...path] = rest.split('/')
  if (scheme === 'gs' && /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    const prefix = path.filter((part) => part !== '').join('/')
    return gcsStore(bucket, prefix === '' ? '' : `${prefix}/`)
  }
  throw new ConfigError({
    key: 'hydra.run.dir',
    message:
      scheme === 'gs' ? `'${bucket}' is not the name of a bucket` : `runs cannot be kept at ${scheme}://…`,
    hint: 'write gs://BUCKET/PATH, or the path at which a bucket is mounted (mount:///PATH where it is not recognised)',
  })
}

function mountTable(): string {
  return existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : ''
}

/** The type of the file system that a path lies on, by the longest mount point above it. */
function typeOf(path: string, table: string): string {
  let [longest, type] = [-1, '']
  for (const line of table.split('\n')) {
    const [, encoded, found = ''] = line.split(' ')
    const point = encoded?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    if (point === undefined || point.length < longest) continue
    if (path !== point && !path.startsWith(point === '/' ? point : `${point}/`)) continue
    ;[longest, type] = [point.length, found]
  }
  return type
}
