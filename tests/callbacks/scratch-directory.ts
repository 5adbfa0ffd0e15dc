import { afterEach, beforeEach } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for each test of the file, removed after it. */
export function scratchDirectory(): () => string {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'callbacks-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
  return () => directory
}
