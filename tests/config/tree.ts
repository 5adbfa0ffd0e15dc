import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory of configuration files below a temporary root. */
export interface TemporaryTree {
  readonly root: string
  readonly configDir: string
  write(files: Readonly<Record<string, string>>): void
  remove(): void
}

export function temporaryTree(files: Readonly<Record<string, string>>): TemporaryTree {
  const root = mkdtempSync(join(tmpdir(), 'config-'))
  const configDir = join(root, 'conf')
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(more)) {
      const file = join(configDir, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
  }
  write(files)
  return { root, configDir, write, remove: () => rmSync(root, { recursive: true, force: true }) }
}
