import { dirname, join } from 'node:path'

/**
 * `wandb sync` of the official package beside `python`, on the folders `logs`, against a server that stands in for the API:
 * its exit code and what it said. All that it keeps goes into `home`.
 */
export async function officialSync(
  python: string,
  server: { readonly url: string },
  logs: readonly string[],
  home: string,
): Promise<[code: number, said: string]> {
  const child = Bun.spawn([join(dirname(python), 'wandb'), 'sync', ...logs], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      WANDB_BASE_URL: server.url,
      WANDB_API_KEY: `local-${'0'.repeat(40)}`,
      WANDB_ERROR_REPORTING: 'false',
      WANDB_CACHE_DIR: home,
      WANDB_DATA_DIR: home,
      WANDB_CONFIG_DIR: home,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const said = await new Response(child.stderr).text()
  return [await child.exited, said]
}
