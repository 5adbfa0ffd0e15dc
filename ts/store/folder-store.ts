import { join } from 'node:path'
import { errorCode, localFiles, type MountFiles } from './mount-files.ts'
import { bytesOf, type ObjectStore } from './object-store.ts'

/** A bucket that is mounted as a folder. */
export function folderStore(root: string, url = root, files: MountFiles = localFiles): ObjectStore {
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    try {
      return await files.read(join(root, name))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    url,
    async list(prefix) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      const found = await files.list(join(root, folder))
      return found
        .map(({ name, size }) => ({ name: `${folder}${name}`, size }))
        .filter(({ name }) => name.startsWith(prefix))
    },
    read,
    async fetch(name, file) {
      const bytes = await read(name)
      if (bytes === undefined) return false
      await Bun.write(file, bytes)
      return true
    },
    async create(name, source) {
      const bytes = await bytesOf(source)
      let writer: Awaited<ReturnType<MountFiles['create']>>
      try {
        writer = await files.create(join(root, name))
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false
        throw error
      }
      await writer.write(bytes)
      await writer.close()
      return true
    },
    async remove(name) {
      try {
        await files.remove(join(root, name))
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
      }
    },
  }
}
