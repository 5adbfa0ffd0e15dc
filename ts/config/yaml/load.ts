import { ConfigError } from '../../errors/index.ts'
import { type ConfigNode, emptyMap } from '../node.ts'
import { MAX_DEPTH } from './limits.ts'
import { readLines } from './line-reader.ts'

/** A bigger file is no configuration. */
const MAX_CHARACTERS = 4 * 1024 * 1024

/**
 * Reads a YAML document as OmegaConf does, each node with its place. An empty document is an empty map; a document that
 * is one text becomes a map with that key and null.
 * @throws ConfigError with file, line and column
 */
export function loadYaml(text: string, file: string): ConfigNode {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError({
      message: `the file has ${text.length} characters; a configuration may have ${MAX_CHARACTERS}`,
      place: { kind: 'file', file, line: 1, column: 1 },
      hint: 'keep data in data files and name their path here',
    })
  }
  return readLines(text, file, MAX_DEPTH) ?? readAny(text, file)
}

/** The full parser is loaded when a file needs it: that takes longer than most configurations take to compose. */
function readAny(text: string, file: string): ConfigNode {
  const { readDocument } = import.meta.require(
    './document-reader.ts',
  ) as typeof import('./document-reader.ts')
  const root = readDocument(text, file)
  if (root.kind === 'map' || root.kind === 'list') return root
  if (root.kind === 'null') return emptyMap({ place: { kind: 'file', file, line: 1, column: 1 } })
  if (root.kind === 'str') {
    const { place } = root
    return { ...emptyMap({ place }), entries: new Map([[root.value, { kind: 'null', place }]]) }
  }
  throw new ConfigError({
    message: `a configuration file must hold a map or a list, this one is a single ${root.kind}`,
    place: root.place,
  })
}
