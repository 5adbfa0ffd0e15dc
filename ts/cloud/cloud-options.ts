import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const name = (pattern: RegExp, what: string) => v.pipe(v.string(), v.regex(pattern, `must be ${what}`))

/** GPUs that the launchers know by short names. */
export const gpuNames = ['none', 't4', 'l4', 'a100', 'h100'] as const

/** What every cloud launcher is told. */
const shared = {
  _target_: v.string(),
  image: name(
    /^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/,
    'the name of an image',
  ),
  bucket: name(/^(gs:\/\/[a-z0-9][a-z0-9._-]+(\/[\w.-]+)*|mount:\/\/(\/[\w.-]+)+)\/?$/, 'gs://BUCKET/PATH'),
  gpu: v.optional(v.picklist(gpuNames), 't4'),
  gpu_count: v.optional(count, 1),
  spot: v.optional(v.boolean(), true),
  max_restarts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
  wait: v.optional(v.boolean(), false),
  poll_seconds: v.optional(v.pipe(v.number(), v.minValue(1)), 60),
  env: v.nullish(
    v.record(
      v.pipe(
        name(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'),
        v.check(
          (key) => !/(KEY|TOKEN|SECRET|PASSWORD)$/i.test(key),
          'must not hold a secret: job files are kept and shown',
        ),
      ),
      v.union([v.string(), v.number(), v.boolean()]),
    ),
    null,
  ),
  config_dir: v.nullish(v.pipe(v.string(), v.startsWith('/')), null),
} as const

/** `hydra/launcher=vertex`. */
export const VertexOptions = v.strictObject({
  ...shared,
  project: name(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a project id'),
  region: v.optional(name(/^[a-z]+-[a-z]+\d+$/, 'a region'), 'us-central1'),
  machine: v.nullish(name(/^[a-z0-9-]+$/, 'a machine type'), null),
  disk_gb: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(64000)), 100),
  hours: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(168)), 24),
  service_account: v.nullish(
    name(/^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/, "a service account's address"),
    null,
  ),
})
export type VertexOptions = v.InferOutput<typeof VertexOptions>

/** `hydra/launcher=skypilot`. */
export const SkypilotOptions = v.strictObject({
  ...shared,
  infra: v.nullish(name(/^[\w./*-]+$/, 'a place such as gcp/us-central1'), null),
  disk_gb: v.optional(v.pipe(v.number(), v.integer(), v.minValue(50)), 100),
  secrets: v.nullish(v.array(name(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable')), null),
})
export type SkypilotOptions = v.InferOutput<typeof SkypilotOptions>

/** `hydra/launcher=kubernetes`. */
export const KubernetesOptions = v.strictObject({
  ...shared,
  namespace: v.optional(name(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a namespace'), 'default'),
  parallelism: v.nullish(count, null),
  cpu: v.optional(count, 4),
  memory_gb: v.optional(count, 16),
  service_account: v.nullish(name(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a service account'), null),
  secret: v.nullish(name(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'the name of a Secret'), null),
  node_selector: v.nullish(v.record(v.string(), v.string()), null),
})
export type KubernetesOptions = v.InferOutput<typeof KubernetesOptions>
export type SharedOptions = Pick<VertexOptions, Extract<keyof typeof shared, keyof VertexOptions>>
