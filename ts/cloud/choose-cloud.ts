import type { Launcher } from '../config/launcher.ts'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { readOptions } from '../sweep/read-options.ts'
import { cloudLauncher } from './cloud-launcher.ts'
import { KubernetesOptions, SkypilotOptions, VertexOptions } from './cloud-options.ts'
import { kubernetesVendor, skypilotVendor, vertexVendor } from './vendors.ts'

/** The cloud launcher of this name; undefined where there is none. `variable` gives an indexed job its words. */
export function chooseCloud(name: string, context: SweepContext, variable: string): Launcher | undefined {
  if (name === 'VertexLauncher') {
    const options = readOptions(context, 'launcher', VertexOptions)
    return cloudLauncher(vertexVendor(options), options, context)
  }
  if (name === 'SkypilotLauncher') {
    const options = readOptions(context, 'launcher', SkypilotOptions)
    return cloudLauncher(skypilotVendor(options), options, context)
  }
  if (name === 'KubernetesLauncher') {
    const options = readOptions(context, 'launcher', KubernetesOptions)
    return cloudLauncher(kubernetesVendor(options, variable), options, context)
  }
  return undefined
}
