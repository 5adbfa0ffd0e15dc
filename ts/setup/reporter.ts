/** How setup speaks: on stderr, since stdout belongs to results. */
export interface Reporter {
  readonly quiet: boolean
  /** Bars, of ours and of tools, will be seen. */
  readonly terminal: boolean
  say(line: string): void
  /** A bar for a known amount of work in bytes; it draws itself only on a terminal. */
  bar(label: string, totalBytes: number | undefined): ProgressBar
}

export interface ProgressBar {
  /** Bytes done so far, in total. */
  update(bytes: number): void
  end(): void
}

/** A quiet reporter still announces what takes long (`say`) unless `silent`. */
export function createReporter(
  options: { readonly quiet?: boolean; readonly silent?: boolean } = {},
): Reporter {
  const stream = process.stderr
  const drawn = stream.isTTY === true && !options.quiet && !options.silent
  return {
    quiet: options.quiet ?? false,
    terminal: drawn,
    say(line) {
      if (!options.silent) stream.write(`setup: ${line}\n`)
    },
    bar(label, totalBytes) {
      let lastDraw = 0
      const started = performance.now()
      const draw = (bytes: number): void => {
        stream.write(`\r\x1b[2K${renderBar(label, bytes, totalBytes, performance.now() - started)}`)
      }
      return {
        update(bytes) {
          if (!drawn || performance.now() - lastDraw < 100) return
          lastDraw = performance.now()
          draw(bytes)
        },
        end() {
          if (drawn) stream.write('\r\x1b[2K')
        },
      }
    },
  }
}

/** One line of at most 80 columns: label, bar, share, amounts, speed. */
export function renderBar(
  label: string,
  bytes: number,
  totalBytes: number | undefined,
  elapsedMilliseconds: number,
): string {
  const speed = elapsedMilliseconds > 0 ? `${megabytes(bytes / (elapsedMilliseconds / 1000))}/s` : ''
  if (totalBytes === undefined || totalBytes <= 0) return `${label} ${megabytes(bytes)} ${speed}`.trimEnd()
  const share = Math.min(1, bytes / totalBytes)
  const width = 20
  const filled = Math.round(share * width)
  const picture = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `${label} ${picture} ${percent} % ${megabytes(bytes)} of ${megabytes(totalBytes)} ${speed}`.trimEnd()
}

/** Decimal megabytes, as downloads are usually told. */
export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
