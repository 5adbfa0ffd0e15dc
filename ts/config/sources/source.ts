import type { ConfigNode } from '../node.ts'

/** A place that configuration files come from. */
export interface ConfigSource {
  /** Who added it: `hydra`, `main`, `command-line`, `hydra.searchpath in main`. */
  readonly provider: string
  readonly scheme: 'pkg' | 'file'
  /** Without its scheme. */
  readonly path: string
  isAvailable(): boolean
  /** Whether there is such a directory; paths are relative, with `/`. */
  isGroup(path: string): boolean
  /** Whether there is such a file; `path` has no extension. */
  isConfig(path: string): boolean
  groups(path: string): readonly string[]
  configs(path: string): readonly string[]
  /** @throws ConfigError when it cannot be read */
  read(path: string): SourceFile
}

export type SourceFile = TextFile | NodeFile

export interface TextFile {
  /** For messages. */
  readonly name: string
  readonly text: string
}

/** A file that is known without reading text. */
export interface NodeFile {
  readonly name: string
  readonly node: ConfigNode
  readonly package: string | undefined
}
