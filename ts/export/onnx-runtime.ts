import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { CheckpointError } from '../errors/index.ts'
import { type OptimizedModel, optimizedModel } from './optimized-model.ts'

/** An ONNX file, opened by onnxruntime on the CPU. */
export interface OnnxFile {
  readonly inputNames: readonly string[]
  /** Of the first input: `float32`, `uint8`, …; undefined where it is no tensor. */
  readonly inputType: string | undefined
  readonly outputNames: readonly string[]
  /** Runs the only input; answers every output by name. */
  run(data: Float32Array | Uint8Array, dims: readonly number[]): Promise<Readonly<Record<string, OnnxOutput>>>
  close(): Promise<void>
}

export interface OnnxOutput {
  readonly dims: readonly number[]
  readonly values: Float32Array
}

export interface OnnxOpening {
  /** The user's cache folder, where the file will be opened again: what onnxruntime makes of it is kept there. */
  readonly cache?: string
  /** How many images will be asked about, if that is known. */
  readonly images?: number
}

/** Up to here it is quicker to leave the weights where the system maps them than to copy them to where they are read faster. */
const few = 64

/** A file that onnxruntime cannot read or run is a CheckpointError which names it. */
export async function openOnnx(
  path: string,
  { cache, images = Number.POSITIVE_INFINITY }: OnnxOpening = {},
): Promise<OnnxFile> {
  // Loaded on use: no other command should pay for it.
  const { Tensor, env } = await import('onnxruntime-node')
  const failed = (verb: string, cause: unknown): CheckpointError =>
    new CheckpointError(`${path}: onnxruntime cannot ${verb} it: ${messageOf(cause)}`, { cause })
  let session: InferenceSession
  // Mapped memory that the session reads from: it has to outlive it.
  let bytes: Uint8Array | undefined
  try {
    const kept = cache === undefined ? undefined : await optimizedModel(path, env.versions.common, cache)
    bytes = kept?.bytes()
    session = (bytes && (await sessionOf(bytes, images <= few))) ?? (await arrangedSession(path, kept))
  } catch (error) {
    throw failed('open', error)
  }
  const { inputNames, outputNames } = session
  const [first] = session.inputMetadata
  return {
    inputNames,
    inputType: first?.isTensor ? first.type : undefined,
    outputNames,
    async run(data, dims) {
      const [name, ...others] = inputNames
      if (name === undefined || others.length > 0)
        throw new CheckpointError(
          `${path} has ${inputNames.length} inputs (${inputNames.join(', ')}), expected one`,
        )
      let outputs: InferenceSession.OnnxValueMapType
      try {
        const tensor: Tensor =
          data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims)
        outputs = await session.run({ [name]: tensor })
      } catch (error) {
        throw failed('run', error)
      }
      return Object.fromEntries(
        Object.entries(outputs).flatMap(([output, { data: values, dims: shape }]) =>
          values instanceof Float32Array ? [[output, { dims: shape, values }]] : [],
        ),
      )
    },
    close: async () => {
      await session.release()
      bytes = undefined
    },
  }
}

// Waiting threads leave the cores to whoever decodes the next images.
const patient = { intra_op: { allow_spinning: '0' } }
const quiet = { executionProviders: ['cpu'], logSeverityLevel: 3 } as const

/** Of an optimised model in memory; undefined where onnxruntime does not take it. */
async function sessionOf(bytes: Uint8Array, inPlace: boolean): Promise<InferenceSession | undefined> {
  const { InferenceSession } = await import('onnxruntime-node')
  const weights = inPlace ? { use_ort_model_bytes_for_initializers: '1' } : {}
  try {
    return await InferenceSession.create(bytes, {
      ...quiet,
      graphOptimizationLevel: 'disabled',
      extra: { session: { ...patient, use_ort_model_bytes_directly: '1', ...weights } },
    })
  } catch {
    return undefined
  }
}

async function arrangedSession(path: string, kept: OptimizedModel | undefined): Promise<InferenceSession> {
  const { InferenceSession } = await import('onnxruntime-node')
  const options = { ...quiet, extra: { session: { ...patient, save_model_format: 'ORT' } } }
  let session: InferenceSession | undefined
  await kept
    ?.keep(async (optimizedModelFilePath) => {
      session = await InferenceSession.create(path, { ...options, optimizedModelFilePath })
    })
    // A cache that cannot be written, or a model that cannot be arranged: the plain way tells which.
    .catch(() => undefined)
  return session ?? (await InferenceSession.create(path, options))
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
