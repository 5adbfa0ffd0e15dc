import { loadEngine, type NativeEngine } from '../../native/native-engine.ts'
import { ensureNative } from '../../setup/index.ts'

/** The native core; what is missing of it is fetched or built first. Once per process, however often it is asked for. */
export async function openEngine(): Promise<NativeEngine> {
  await ensureNative({ quiet: true })
  return loadEngine()
}
