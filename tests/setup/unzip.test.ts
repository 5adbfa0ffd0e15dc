import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { extractZipEntry, listZip } from '../../ts/setup/unzip.ts'
import { makeZip, type ZipPart } from './make-zip.ts'
import { put, scratchFolder } from './scratch.ts'

async function unpack(archive: string, folder: string): Promise<void> {
  for (const entry of await listZip(archive)) await extractZipEntry(archive, entry, folder)
}

function archiveOf(parts: readonly ZipPart[]): string {
  return put(join(scratchFolder(), 'a.whl'), makeZip(parts))
}

describe('unzip', () => {
  test('unpacks stored, deflated and empty files', async () => {
    const large = 'libtorch '.repeat(500_000)
    const archive = archiveOf([
      { name: 'torch/lib/a.so', content: large },
      { name: 'torch/', content: '', stored: true },
      { name: 'b.txt', content: 'plain', stored: true },
      { name: 'empty', content: '', stored: true },
      { name: 'ünï.txt', content: 'name' },
    ])
    const folder = scratchFolder()
    let bytes = 0
    for (const entry of await listZip(archive))
      await extractZipEntry(archive, entry, folder, (count) => {
        bytes += count
      })
    expect(readFileSync(join(folder, 'torch/lib/a.so'), 'utf8')).toBe(large)
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('plain')
    expect(readFileSync(join(folder, 'empty'), 'utf8')).toBe('')
    expect(readFileSync(join(folder, 'ünï.txt'), 'utf8')).toBe('name')
    expect(bytes).toBe(large.length + 9)
  })

  test.each(['../evil', '/etc/evil', 'a/../../evil', 'a\\..\\evil'])('refuses the path %s', async (name) => {
    const archive = archiveOf([{ name, content: 'x' }])
    await expect(listZip(archive)).rejects.toThrow('leads outside')
  })

  test('notices a changed file', async () => {
    const archive = archiveOf([{ name: 'a', content: 'x', crc: 1 }])
    await expect(unpack(archive, scratchFolder())).rejects.toThrow('a fails its checksum')
  })

  test('refuses what is cut short at any place', async () => {
    const whole = makeZip([{ name: 'a', content: 'abc'.repeat(1000) }])
    const folder = scratchFolder()
    for (let length = 0; length < whole.length; length++) {
      const archive = put(join(folder, 'cut.whl'), whole.subarray(0, length))
      await expect(unpack(archive, folder)).rejects.toThrow('not a zip archive')
    }
  }, 60_000)

  test('writes nothing for an archive that it refuses', async () => {
    const folder = scratchFolder()
    const archive = archiveOf([
      { name: 'good', content: 'x' },
      { name: '../bad', content: 'x' },
    ])
    await expect(unpack(archive, folder)).rejects.toThrow()
    expect(existsSync(join(folder, 'good'))).toBe(false)
  })
})
