import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { annotatedPicturePlot } from '../plot/annotated-picture.ts'
import type { Classifier, FileAnswer } from './predict.ts'

type Answered = Exclude<FileAnswer, { failure: unknown }>

/** Writes annotated pictures into a folder; the tree below the images' common folder is kept. */
export interface Annotator {
  /** Writes the picture of an answer and answers its path. */
  write(answer: Answered): Promise<string>
  /** Writes `predictions.jsonl`: every answer, with its picture. */
  finish(): Promise<void>
}

/** @param files All that will be answered, so that two pictures never get one name. */
export function createAnnotator(folder: string, files: readonly string[], classifier: Classifier): Annotator {
  const names = annotatedNames(files)
  const lines: string[] = []
  return {
    async write(answer) {
      const path = join(folder, names.get(answer.image) ?? 'image.jpg')
      const picture = await classifier.images.readPicture(answer.image, classifier.exifTranspose)
      const heading = answer.image.split(/[\\/]/).at(-1) ?? answer.image
      const jpeg = await annotatedPicturePlot({ picture, predictions: answer.predictions, heading })
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, jpeg)
      lines.push(`${JSON.stringify({ ...answer, picture: path })}\n`)
      return path
    },
    async finish() {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'predictions.jsonl'), lines.join(''))
    },
  }
}

/** By file: where its picture goes, relative and with slashes of this system. `a.png` and `a.gif` give `a.jpg` and `a-2.jpg`. */
export function annotatedNames(files: readonly string[]): Map<string, string> {
  const names = new Map<string, string>()
  const paths = files.map((file) => resolve(file))
  const common = commonFolder(paths)
  const taken = new Set<string>()
  for (const [index, file] of files.entries()) {
    if (names.has(file)) continue
    const path = relative(common, paths[index] ?? file)
    const stem = path.slice(0, path.length - extname(path).length)
    let name = `${stem}.jpg`
    for (let version = 2; taken.has(name.toLowerCase()); version++) name = `${stem}-${version}.jpg`
    taken.add(name.toLowerCase())
    names.set(file, name)
  }
  return names
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep))
  let length = first.length
  for (const other of others) {
    let same = 0
    while (same < length && other[same] === first[same]) same++
    length = same
  }
  return first.slice(0, length).join(sep) || sep
}
