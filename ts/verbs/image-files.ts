import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DataError } from '../errors/index.ts'

const images = /\.(jpe?g|jpe|png|webp|bmp|gif|tiff?)$/i

/** The files behind words: files as they are, folders searched for images, `-` for a list on stdin, glob patterns expanded. */
export async function imageFiles(words: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const word of words) {
    if (word === '-') files.push(...(await Bun.stdin.text()).split('\n').filter((line) => line !== ''))
    else files.push(...expand(word))
  }
  return files
}

function expand(word: string): string[] {
  const stats = statSync(word, { throwIfNoEntry: false })
  if (stats?.isDirectory()) {
    const found = readdirSync(word, { recursive: true, encoding: 'utf8' })
      .filter((name) => images.test(name))
      .sort()
      .map((name) => join(word, name))
    if (found.length === 0) throw new DataError(`${word} holds no images`)
    return found
  }
  // A file that is missing is named by the decoder, like any other bad file.
  if (stats || !/[*?[{]/.test(word)) return [word]
  const found = [...new Bun.Glob(word).scanSync()].sort()
  if (found.length === 0) throw new DataError(`no file fits ${word}`)
  return found
}
