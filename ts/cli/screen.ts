/** A terminal's error stream: finished lines, and below them one status line that is redrawn in place. */
export interface Screen {
  readonly live: boolean
  readonly color: boolean
  readonly columns: number
  /** Writes a finished line above the status. */
  line(text: string): void
  /** Replaces the status line; does nothing where the stream is not a terminal. */
  status(text: string): void
}

/** Over stderr: stdout is for results. `NO_COLOR` and `FORCE_COLOR` are honoured. */
export function terminalScreen(stream: NodeJS.WriteStream = process.stderr): Screen {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb'
  const color = process.env.NO_COLOR ? false : process.env.FORCE_COLOR ? true : live
  let shown = ''
  return {
    live,
    color,
    get columns() {
      return stream.columns ?? 100
    },
    line(text) {
      stream.write(live && shown !== '' ? `\r\x1b[2K${text}\n${shown}` : `${text}\n`)
    },
    status(text) {
      if (!live || text === shown) return
      shown = text
      stream.write(`\r\x1b[2K${text}`)
    },
  }
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Wraps `text` in a colour where the screen has colours. */
export function paint(screen: Pick<Screen, 'color'>, style: keyof typeof codes, text: string): string {
  return screen.color ? `\x1b[${codes[style]}m${text}\x1b[0m` : text
}
