import { loadImages, type NativeImages } from '../native/native-images.ts'
import { ensureImages } from '../setup/index.ts'

/** The half of the native core that reads data sets and pictures, without libtorch; compiled first where it is missing. */
export async function openImages(): Promise<NativeImages> {
  await ensureImages({ quiet: true })
  return loadImages()
}
