import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { LoggedImage, LoggedTable } from '../experiment.ts'
import { pngSize } from '../png-size.ts'

/** A file that was put below `files/` and the value that names it in a row. */
export interface MediaFile {
  /** Relative to `files/`. */
  readonly path: string
  readonly json: string
}

/** Copies a picture to `files/media/images/<key>_<step>_<hash>`. */
export function storeImage(files: string, { key, path, caption, step }: LoggedImage): MediaFile {
  const bytes = readFileSync(path)
  const format = extname(path).slice(1).toLowerCase() || 'png'
  const place = store(files, 'images', key, step, bytes, format)
  const value = {
    _type: 'image-file',
    path: place.path,
    sha256: place.sha256,
    size: bytes.length,
    format,
    ...pngSize(bytes),
    ...(caption === undefined ? {} : { caption }),
  }
  return { path: place.path, json: JSON.stringify(value) }
}

/** Writes a table to `files/media/table/…`; `artifactPath` is where the artifact beside it has it. */
export function storeTable(
  files: string,
  { key, columns, rows, step }: LoggedTable,
  artifactPath: string,
): MediaFile {
  const bytes = Buffer.from(JSON.stringify({ columns, data: rows }))
  const place = store(files, 'table', key, step, bytes, 'table.json')
  const value = {
    _type: 'table-file',
    path: place.path,
    sha256: place.sha256,
    size: bytes.length,
    ncols: columns.length,
    nrows: rows.length,
    log_mode: 'IMMUTABLE',
    artifact_path: artifactPath,
  }
  return { path: place.path, json: JSON.stringify(value) }
}

function store(
  files: string,
  kind: string,
  key: string,
  step: number,
  bytes: Uint8Array,
  ending: string,
): { path: string; sha256: string } {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const name = key
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')
  const path = `media/${kind}/${name}_${step}_${sha256.slice(0, 20)}.${ending}`
  const place = join(files, path)
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, bytes)
  return { path, sha256 }
}
