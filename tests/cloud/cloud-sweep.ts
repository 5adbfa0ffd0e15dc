import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { openStore } from '../../ts/store/open-store.ts'
import { RunPusher } from '../../ts/store/push-run.ts'
import { scratchFolder } from '../setup/scratch.ts'

const main = new URL('../../ts/cli/main.ts', import.meta.url).pathname

export const image = `us-docker.pkg.dev/my-project/containers/classifier-training@sha256:${'0a'.repeat(32)}`

/** Sweeps in the cloud as far as this machine sees them: vendors' commands that write down their words, and a bucket. */
export interface CloudSweep {
  readonly folder: string
  /** `mount://…`, a folder. */
  readonly bucket: string
  run(...words: string[]): { exitCode: number; out: string; err: string }
  /** The words of each call of a vendor's command. */
  calls(program: string): string[][]
  /** Puts a vendor's command on the PATH: a shell script behind the writing down. */
  install(program: string, script: string): void
  /** A job file of the sweep, and all of their names. */
  jobFile(name: string): string
  jobFiles(): string[]
  state(): { id: string; jobs: { status: string; handle?: string; attempts?: number }[] }
  /** What a trial leaves in the bucket when it ends. */
  end(trial: number, exitCode: number | null, accuracy?: number): Promise<void>
}

export function cloudSweep(launcher: string, ...launcherWords: string[]): CloudSweep {
  const folder = scratchFolder()
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync('/bin/sh', join(bin, 'sh'))
  const bucket = `mount://${join(folder, 'bucket/runs')}`
  const fixed = [
    'train',
    '-m',
    `hydra/launcher=${launcher}`,
    `hydra.launcher.image=${image}`,
    `hydra.launcher.bucket=${bucket}`,
    'hydra.sweep.dir=sweep',
    ...launcherWords,
  ]
  const sweep: CloudSweep = {
    folder,
    bucket,
    run(...words) {
      const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, main, ...fixed, ...words], {
        cwd: folder,
        env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), PATH: bin, NO_COLOR: '1' },
      })
      return { exitCode, out: stdout.toString(), err: stderr.toString() }
    },
    calls(program) {
      const file = join(folder, `${program}.calls`)
      if (!existsSync(file)) return []
      const calls = readFileSync(file, 'utf8').split('\n\n')
      return calls.filter((call) => call !== '').map((call) => call.trim().split('\n'))
    },
    install(program, script) {
      const note = `for word in "$@"; do echo "$word"; done >> ${folder}/${program}.calls\necho >> ${folder}/${program}.calls`
      writeFileSync(join(bin, program), `#!/bin/sh\n${note}\n${script}\n`)
      chmodSync(join(bin, program), 0o755)
    },
    jobFile: (name) => readFileSync(join(folder, 'sweep/jobs', name), 'utf8'),
    jobFiles: () => readdirSync(join(folder, 'sweep/jobs')).sort(),
    state: () => JSON.parse(readFileSync(join(folder, 'sweep/sweep.json'), 'utf8')),
    async end(trial, exitCode, accuracy = 0.5) {
      const stage = scratchFolder()
      const summary = {
        status: 'completed',
        best: { epoch: 1, step: 8, monitor: 'val/acc_top1', value: accuracy, checkpoint: 'checkpoints/a' },
        timing: { total_s: 61 },
      }
      const file = join(stage, 'summary.json')
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(summary))
      const store = openStore(`${bucket}/${sweep.state().id}/${trial}`)
      await new RunPusher({ store, stage, generation: 1 }).push(1, exitCode)
    },
  }
  return sweep
}
