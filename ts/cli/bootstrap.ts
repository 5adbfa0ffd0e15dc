import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Written by us after an install: which bun.lock the folder corresponds to. */
const stampName = '.installed-for'

/**
 * Makes a checkout's `node_modules` match its bun.lock, by `bun install --frozen-lockfile` where they differ.
 * An installed package has no bun.lock: nothing happens. Imports nothing that must be installed first.
 */
export async function ensureDependencies(root = dirname(dirname(import.meta.dir))): Promise<void> {
  const lockFile = join(root, 'bun.lock')
  if (!existsSync(lockFile)) return
  const wanted = new Bun.CryptoHasher('sha256').update(readFileSync(lockFile)).digest('hex')
  if (isInstalled(root, wanted)) return

  // Only a start that must install pays for loading the lock.
  const { withFileLock } = await import('../setup/file-lock.ts')
  await withFileLock(join(root, 'node_modules', '.installing'), async () => {
    if (isInstalled(root, wanted)) return
    process.stderr.write('installing the packages that bun.lock names …\n')
    const child = Bun.spawn([process.execPath, 'install', '--frozen-lockfile'], {
      cwd: root,
      env: { ...process.env, BUN_BE_BUN: '1' },
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
    })
    const complaint = await new Response(child.stderr).text()
    if ((await child.exited) !== 0) {
      const { DeviceError } = await import('../errors/index.ts')
      throw new DeviceError(`bun install failed:\n${complaint.trim()}`, {
        hint: 'check the network; if bun.lock does not match package.json, run `bun install` and commit it',
      })
    }
    writeFileSync(join(root, 'node_modules', stampName), `${wanted}\n`)
  })
}

function isInstalled(root: string, wanted: string): boolean {
  const stamp = join(root, 'node_modules', stampName)
  return existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted
}
