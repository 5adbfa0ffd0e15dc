/**
 * Makes this process save and stop when the one that started it is gone, however it ended: the standard input is a pipe
 * from it that nothing is ever written to. Does not keep the process alive.
 */
export function endWithParent(): void {
  const { stdin } = process
  stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
  stdin.on('error', () => {})
  stdin.resume()
  stdin.unref()
}
