type Numbers = Uint8Array | Float32Array | BigInt64Array

const kinds = { Uint8Array: '|u1', Float32Array: '<f4', BigInt64Array: '<i8' } as const

/** An array in NumPy's `.npy` format, version 1.0, C order, little endian. */
export function npy(values: Numbers, shape: readonly number[]): Uint8Array {
  const kind = kinds[values.constructor.name as keyof typeof kinds]
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dictionary = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${dimensions}), }`
  // The format asks that the data begin at a multiple of 64 bytes.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10
  const header = new Uint8Array(10 + length)
  header.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length & 255, length >> 8])
  header.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), 10)
  const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const file = new Uint8Array(header.length + body.length)
  file.set(header)
  file.set(body, header.length)
  return file
}
