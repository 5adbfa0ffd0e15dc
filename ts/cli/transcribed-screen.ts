import { stripVTControlCharacters } from 'node:util'
import type { Screen } from './screen.ts'

/** A screen whose finished lines are told to a listener too, those from before it came first. */
export interface TranscribedScreen extends Screen {
  follow(listener: (line: string) => void): void
}

export function transcribedScreen(screen: Screen): TranscribedScreen {
  const early: string[] = []
  let take = (line: string): void => void early.push(line)
  return {
    live: screen.live,
    color: screen.color,
    get columns() {
      return screen.columns
    },
    line(text) {
      screen.line(text)
      take(stripVTControlCharacters(text))
    },
    status: (text) => screen.status(text),
    follow(listener) {
      for (const line of early.splice(0)) listener(line)
      take = listener
    },
  }
}
