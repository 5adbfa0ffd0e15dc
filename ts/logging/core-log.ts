import type { Engine } from '../native/engine.ts'
import { type Level, type Logger, levels } from './logger.ts'

/** Passes the core's lines on to `logger` every `everyMs`; the returned function does so a last time and stops. */
export function followCore(engine: Pick<Engine, 'drainLogs'>, logger: Logger, everyMs = 250): () => void {
  const drain = (): void => {
    for (const line of engine.drainLogs()) {
      const level = levels.find((name): name is Level => name === line.level) ?? 'info'
      const source = line.target.replace(/^classifier_/, '')
      logger.child(source).log(level, line.message, line.context)
    }
  }
  const timer = setInterval(drain, everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    drain()
  }
}
