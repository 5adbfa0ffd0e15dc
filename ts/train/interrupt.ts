/** Turns the first SIGINT or SIGTERM into an abort; a second one ends the process at once (exit 130 or 143). */
export function watchSignals(onFirst: (signal: NodeJS.Signals) => void): {
  signal: AbortSignal
  dispose(): void
} {
  const controller = new AbortController()
  const listener = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    onFirst(name)
    controller.abort(name)
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
