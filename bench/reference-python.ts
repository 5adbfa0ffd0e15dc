import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')

/**
 * A Python interpreter with PyTorch, torchvision and what else `requirements` names: `CT_REFERENCE_PYTHON` if set, else a
 * virtual environment of our own in the user cache, made on first use.
 */
export async function referencePython(requirements: string): Promise<string> {
  const given = process.env.CT_REFERENCE_PYTHON
  if (given) return given
  const text = await Bun.file(requirements).text()
  const venv = join(cache, 'classifier-training', 'reference', Bun.hash(text).toString(16))
  const python = join(venv, 'bin', 'python')
  const stamp = join(venv, 'complete')
  if (existsSync(stamp)) return python
  process.stderr.write(`making a Python environment for the peers in ${venv} (PyTorch is large) …\n`)
  await mkdir(venv, { recursive: true })
  await run(['python3', '-m', 'venv', venv])
  await run([python, '-m', 'pip', 'install', '--quiet', '--requirement', requirements])
  await writeFile(stamp, text)
  return python
}

async function run(command: string[]): Promise<void> {
  const code = await Bun.spawn(command, { stdout: 'inherit', stderr: 'inherit' }).exited
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
}
