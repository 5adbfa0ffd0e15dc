import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { CheckpointError } from '../errors/index.ts'

/** An ONNX file, opened by onnxruntime on the CPU. */
export interface OnnxFile {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Runs the only input; answers every output by name. */
  run(data: Float32Array | Uint8Array, dims: readonly number[]): Promise<Readonly<Record<string, OnnxOutput>>>
  close(): Promise<void>
}

export interface OnnxOutput {
  readonly dims: readonly number[]
  readonly values: Float32Array
}

/** A file that onnxruntime cannot read or run is a CheckpointError which names it. */
export async function openOnnx(path: string): Promise<OnnxFile> {
  // Loaded on use: no other command should pay for it.
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const failed = (verb: string, cause: unknown): CheckpointError =>
    new CheckpointError(`${path}: onnxruntime cannot ${verb} it: ${messageOf(cause)}`, { cause })
  let session: InferenceSession
  try {
    session = await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
      // Waiting threads leave the cores to whoever decodes the next images.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (error) {
    throw failed('open', error)
  }
  const { inputNames, outputNames } = session
  return {
    inputNames,
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
    close: () => session.release(),
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
