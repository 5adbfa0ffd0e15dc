import type { NativeEngine } from '../native/native-engine.ts'

/** Begins to find and load the native core; whoever awaits the answer learns of a failure. */
export function startNative(): Promise<NativeEngine> {
  const engine = load()
  engine.catch(() => {})
  return engine
}

async function load(): Promise<NativeEngine> {
  const [{ ensureNative }, { loadEngine }] = await Promise.all([
    import('../setup/index.ts'),
    import('../native/native-engine.ts'),
  ])
  await ensureNative({ quiet: true })
  return loadEngine()
}
