/** Marks that reorder or hide neighbouring text: overrides, isolates, joiners of nothing, the byte-order mark. */
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/** A name from a data set on one line, without control and reordering marks: harmless in a terminal and on a page. */
export function plainName(name: string): string {
  const plain = name
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(INVISIBLE, '')
    .trim()
  return plain === '' ? '(empty name)' : plain
}
