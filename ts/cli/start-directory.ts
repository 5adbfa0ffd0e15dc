import { fileURLToPath } from 'node:url'

/**
 * Where the command was started. `bun run` and `npm run` change to the package's root first, and say where they were in
 * their own ways; paths that a user types are relative to that place.
 */
export function startDirectory(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  packageRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, ''),
): string {
  // What an outer script of another name left in the environment is not about this command.
  if (env.npm_lifecycle_event !== command || cwd !== packageRoot) return cwd
  const isBun = env.npm_config_user_agent?.startsWith('bun/') ?? false
  return (isBun ? env.npm_config_local_prefix : env.INIT_CWD) ?? cwd
}
