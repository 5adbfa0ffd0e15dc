import {
  type Dirent,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Machine } from './machine.ts'

const rootFiles = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml'] as const

interface Stamped {
  readonly stamps: string
  readonly hash: string
}

/**
 * SHA-256 (hex) over everything the addon is built from: the workspace files, `crates/**` but tests, and the platform.
 * File contents are read only when a path, size or modification time has changed since the last call.
 */
export function sourceHash(machine: Machine): string {
  const files = sourceFiles(machine.packageRoot)
  const lines = files.map((file) => {
    const { mtimeMs, size } = statSync(join(machine.packageRoot, file))
    return `${file}\t${mtimeMs}\t${size}`
  })
  const stamps = [machine.platform.name, ...lines].join('\n')
  const note = stampFile(machine)
  const known = readStamped(note)
  if (known?.stamps === stamps) return known.hash

  const total = new Bun.CryptoHasher('sha256').update(machine.platform.name)
  for (const file of files) {
    const content = new Bun.CryptoHasher('sha256')
      .update(readFileSync(join(machine.packageRoot, file)))
      .digest('hex')
    total.update(`\n${file}\t${content}`)
  }
  const hash = total.digest('hex')
  writeStamped(note, { stamps, hash })
  return hash
}

/** Paths relative to the package, in code-point order. */
export function sourceFiles(packageRoot: string): string[] {
  const files: string[] = rootFiles.filter((file) => existsSync(join(packageRoot, file)))
  const walk = (folder: string): void => {
    let entries: Dirent[]
    try {
      entries = readdirSync(join(packageRoot, folder), { withFileTypes: true })
    } catch {
      return
    }
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!isForeign(path)) walk(path)
      } else if (entry.isFile()) files.push(path)
    }
  }
  walk('crates')
  return files.sort()
}

/** What cannot change the binary: build output, and a crate's own tests, benches and generated bindings. */
function isForeign(folder: string): boolean {
  return /\/target$|^crates\/[^/]+\/(tests|benches|bindings)$/.test(folder)
}

function stampFile(machine: Machine): string {
  const checkout = new Bun.CryptoHasher('sha256').update(machine.packageRoot).digest('hex').slice(0, 16)
  return join(machine.cache, 'addon', `sources-${checkout}.json`)
}

function readStamped(file: string): Stamped | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const { stamps, hash } = value as Record<string, unknown>
    return typeof stamps === 'string' && typeof hash === 'string' ? { stamps, hash } : undefined
  } catch {
    return undefined
  }
}

function writeStamped(file: string, value: Stamped): void {
  const temporary = `${file}.${process.pid}`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(temporary, JSON.stringify(value))
    renameSync(temporary, file)
  } catch {
    // A cache that cannot be written (read-only home) only costs the next start some milliseconds.
  }
}
