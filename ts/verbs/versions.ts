import packageJson from '../../package.json' with { type: 'json' }
import { libtorchVersion } from '../native/libtorch.ts'
import type { NativeEngine } from '../native/native-engine.ts'

/** The versions that a run's numbers may depend on. */
export function versions(engine: Pick<NativeEngine, 'version'>): Readonly<Record<string, string>> {
  return {
    'classifier-training': packageJson.version,
    core: engine.version,
    libtorch: libtorchVersion,
    bun: Bun.version,
    platform: `${process.platform}-${process.arch}`,
  }
}
