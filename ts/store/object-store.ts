export interface StoredObject {
  readonly name: string
  /** Bytes. */
  readonly size: number
}

/** Where the bytes of a new object come from. */
export type ObjectSource = { readonly file: string } | { readonly bytes: Uint8Array }

/**
 * A bucket, or a place in one: objects come whole, under new names, and are never changed. There is no rename and no
 * append, since buckets have neither.
 */
export interface ObjectStore {
  /** As users write it. */
  readonly url: string
  /** All objects whose names begin so. */
  list(prefix: string): Promise<StoredObject[]>
  /** The bytes of an object; undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Copies an object to a local file, which is replaced. False where there is no such object. */
  fetch(name: string, file: string): Promise<boolean>
  /** Makes an object; false where the name is taken, which leaves that object as it is. */
  create(name: string, source: ObjectSource): Promise<boolean>
  /** Removes an object if it is there. */
  remove(name: string): Promise<void>
}

export async function bytesOf(source: ObjectSource): Promise<Uint8Array> {
  return 'bytes' in source ? source.bytes : Bun.file(source.file).bytes()
}
