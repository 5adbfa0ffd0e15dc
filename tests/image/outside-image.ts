import { cpSync, existsSync, mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A root file system that stands for an image from outside, and the variables that the image sets. */
export interface OutsideImage {
  readonly layers: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const paths = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Of all that compiles in the image of Rust, what is needed and no more. */
const compiling = 'gcc,g++,make,libc6-dev,git,ca-certificates'

/**
 * What stands for an image where there is no registry of images: Debian 12 by debootstrap with this machine's Node or Rust. It
 * holds less than the image does, and its glibc is no newer, so what works here is no accident of this machine.
 */
export function outsideImage(image: string, folder: string): OutsideImage {
  const debian = made(join(folder, 'debian'), (staged) =>
    call(['debootstrap', '--variant=minbase', 'bookworm', staged]),
  )
  const name = /^(?:.*\/)?([\w-]+):/.exec(image)?.[1]
  if (name === 'cuda')
    return {
      layers: [debian],
      env: {
        PATH: `/usr/local/nvidia/bin:/usr/local/cuda/bin:${paths}`,
        LD_LIBRARY_PATH: '/usr/local/nvidia/lib',
      },
    }
  if (name === 'node') {
    const node = made(join(folder, 'node'), (staged) => {
      const program = Bun.which('node') ?? ''
      copy(program, join(staged, 'usr/local/bin/node'))
      copy(join(program, '../../lib/node_modules/npm'), join(staged, 'usr/local/lib/node_modules/npm'))
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(staged, 'usr/local/bin/npm'))
    })
    return { layers: [node, debian], env: { PATH: paths } }
  }
  if (name === 'rust') {
    const rust = made(join(folder, 'rust'), (staged) => {
      call(['debootstrap', '--variant=minbase', `--include=${compiling}`, 'bookworm', staged])
      // That of rust-toolchain.toml, whatever else is on the PATH.
      const toolchain = join(call(['rustup', 'which', 'rustc'], import.meta.dir), '../..')
      copy(realpathSync(toolchain), join(staged, 'usr/local/rustup/toolchains', basename(toolchain)))
      const chosen = `version = "12"\ndefault_toolchain = "${basename(toolchain)}"\nprofile = "minimal"\n`
      writeFileSync(join(staged, 'usr/local/rustup/settings.toml'), chosen)
      copy(dirname(Bun.which('rustup') ?? ''), join(staged, 'usr/local/cargo/bin'))
    })
    const env = { RUSTUP_HOME: '/usr/local/rustup', CARGO_HOME: '/usr/local/cargo' }
    return { layers: [rust], env: { ...env, PATH: `/usr/local/cargo/bin:${paths}` } }
  }
  throw new Error(`nothing here stands for ${image}`)
}

/** A folder that is made once; it has its name when it is whole. */
function made(folder: string, make: (staged: string) => void): string {
  if (existsSync(folder)) return folder
  const staged = `${folder}.${process.pid}`
  mkdirSync(staged, { recursive: true })
  make(staged)
  renameSync(staged, folder)
  return folder
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  const isDocumentation = (path: string): boolean => path.endsWith('/share/doc')
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => !isDocumentation(path) })
}

/** What a command prints. */
function call(command: readonly string[], cwd = '/'): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd })
  if (exitCode !== 0) throw new Error(`${command.join(' ')}:\n${stdout}${stderr}`)
  return stdout.toString().trim()
}
