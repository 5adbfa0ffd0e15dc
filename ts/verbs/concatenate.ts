/** Arrays one after another, in memory of `make`'s kind. */
export function concatenate<Values extends Float32Array | Uint8Array>(
  parts: readonly Values[],
  make: new (length: number) => Values,
): Values {
  const whole = new make(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
