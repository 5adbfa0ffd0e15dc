import { ConfigError, type ConfigProblem } from '../../errors/index.ts'

/** What the comments at the top of a file say. */
export interface Header {
  /** Of `# @package NAME`. */
  readonly package: string | undefined
  /** The first ordinary comment: what the file is for. */
  readonly description: string | undefined
  readonly warnings: readonly ConfigProblem[]
}

const HEADER_LENGTH = 512
const HEADER_LINE = /^#\s*@/
const PACKAGE_LINE = /^#+\s*@\s*package\b/

/** Reads the header: `# @package` counts only before any other line. @throws ConfigError */
export function readHeader(text: string, file: string): Header {
  let packageName: string | undefined
  let description: string | undefined
  let inHeader = true
  const warnings: ConfigProblem[] = []
  for (const [index, raw] of text
    .slice(0, HEADER_LENGTH)
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim()
    const place = { kind: 'file', file, line: index + 1, column: 1 } as const
    if (line === '') continue
    if (inHeader && HEADER_LINE.test(line)) {
      const words = line.replace(/^#+/, '').trim().split(/ +/)
      if (words.length !== 2) {
        throw new ConfigError({
          message: `the header '${line}' must be a name and a value`,
          place,
          hint: 'write # @package NAME',
        })
      }
      if (words[0] === '@package') packageName = words[1]
      continue
    }
    inHeader = false
    if (!line.startsWith('#')) break
    if (PACKAGE_LINE.test(line) && packageName === undefined) {
      warnings.push({
        message: `the header '${line}' has no effect: another comment stands above it`,
        place,
        hint: 'make it the first line of the file',
      })
    }
    description ??= commentText(line)
  }
  return { package: packageName, description, warnings }
}

/** The text of an ordinary comment; decoration and editor lines are none. */
function commentText(line: string): string | undefined {
  const text = line.replace(/^[#\s=*-]+|[#\s=*-]+$/g, '')
  return text === '' || text.startsWith('yaml-language-server') || text.startsWith('@') ? undefined : text
}
