import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stringify } from 'yaml'
import type { JobOutcome, Launcher, LaunchJob } from '../config/launcher.ts'
import type { SweepContext } from '../config/run/sweep-context.ts'
import { isWorthAgain, resumable } from '../sweep/exit-policy.ts'
import { type CloudJob, cloudJob } from './cloud-job.ts'
import type { SharedOptions } from './cloud-options.ts'
import { remoteResult } from './remote-result.ts'
import { shellWord } from './skypilot.ts'
import type { JobFile, JobState, Vendor } from './vendor.ts'

/** As of a process that was told to end. */
const cancelled = 143

/** A trial on its way. */
interface Flight {
  readonly each: LaunchJob
  readonly job: CloudJob
  handle: string | undefined
  attempts: number
}

/**
 * Runs trials elsewhere: writes their files into the sweep's `jobs/`, submits them by the vendor's command, and reads how
 * they went from their run folders in the bucket. It need not wait: the same command again looks what has come, and submits
 * what ended without a result and is worth another try.
 */
export function cloudLauncher(vendor: Vendor, options: SharedOptions, context: SweepContext): Launcher {
  const { around, log, interrupt } = context
  const folder = join(context.directory, 'jobs')
  warnOfTag(options, context)

  const standing = async (flight: Flight, ask: Ask): Promise<JobOutcome | 'submit'> => {
    const { each, job, attempts, handle } = flight
    if (attempts === 0) return 'submit'
    const result = await remoteResult(job.runFolder, each.outputDir)
    const code = result?.exitCode ?? null
    if (code === 0) return outcome(flight, 'completed', 0)
    if (code !== null && code !== resumable && !isWorthAgain(code))
      return outcome(flight, 'failed', code, `exit code ${code}`)
    if (handle === undefined) return result === undefined ? 'submit' : outcome(flight, 'submitted', 0)
    const state = code === null || vendor.resumesByItself ? stateOf(handle, vendor, ask) : 'ended'
    if (state === 'cancelled') return outcome(flight, 'failed', cancelled, `cancelled ${vendor.place}`)
    // What cannot be found out has not ended.
    if (state !== 'ended') return outcome(flight, 'submitted', 0)
    if (attempts <= options.max_restarts) return 'submit'
    return outcome(flight, 'failed', code ?? 1, `ended ${attempts} times without a result`)
  }

  const submit = (flights: readonly Flight[]): void => {
    if (flights.length === 0) return
    const attempt = Math.max(...flights.map(({ attempts }) => attempts)) + 1
    const byJob = new Map(flights.map((flight): [CloudJob, Flight] => [flight.job, flight]))
    mkdirSync(folder, { recursive: true })
    for (const file of vendor.files([...byJob.keys()], attempt)) {
      const path = join(folder, file.name)
      writeFileSync(path, yamlOf(file))
      const printed = runCommand(vendor.submit(file, path), context)
      for (const job of file.jobs) {
        const flight = byJob.get(job)
        if (!flight) continue
        flight.attempts = attempt
        if (printed !== undefined) {
          flight.handle = vendor.handle(file, job, printed)
          flight.each.onStart()
        }
      }
    }
  }

  return {
    name: 'cloud',
    place: vendor.place,
    async launch(jobs, onEnd) {
      const outcomes = new Map<number, JobOutcome>()
      let flights = jobs.map(
        (each): Flight => ({
          each,
          job: cloudJob(each, options, context),
          handle: each.before?.handle,
          attempts: each.before?.attempts ?? 0,
        }),
      )
      for (;;) {
        const due: Flight[] = []
        const ask = askOnce(context)
        for (const flight of flights) {
          const stands = await standing(flight, ask)
          if (stands === 'submit') due.push(flight)
          else outcomes.set(flight.job.number, stands)
        }
        submit(due)
        for (const flight of due) outcomes.set(flight.job.number, outcome(flight, 'submitted', 0))
        for (const { job } of flights) {
          const stands = outcomes.get(job.number)
          if (stands) onEnd(stands)
        }
        flights = flights.filter(({ job }) => outcomes.get(job.number)?.status === 'submitted')
        const isSubmitted = flights.some(({ handle }) => handle !== undefined)
        if (flights.length === 0 || !options.wait || !isSubmitted || interrupt.aborted) break
        await pause(options.poll_seconds * 1000, interrupt)
        if (interrupt.aborted) break
      }
      if (flights.length > 0)
        log(
          'INFO',
          `${flights.length} of ${jobs.length} run ${vendor.place}; the same command shows what has come`,
        )
      return jobs.flatMap(({ job }) => outcomes.get(job.number) ?? [])
    },
    preview(jobs) {
      const files = vendor.files(
        jobs.map((each) => cloudJob(each, options, context)),
        1,
      )
      const shown = files.map((file) => {
        const path = join(relative(around.cwd, folder) || '.', file.name)
        return `# ${path}\n${yamlOf(file)}# ${vendor.submit(file, path).map(shellWord).join(' ')}\n`
      })
      return shown.join('---\n')
    },
  }
}

function outcome(flight: Flight, status: JobOutcome['status'], exitCode: number, error?: string): JobOutcome {
  const { each, handle, attempts } = flight
  return {
    job: each.job,
    status,
    exitCode,
    seconds: 0,
    outputDir: each.outputDir,
    attempts,
    ...(handle !== undefined && { handle }),
    ...(error !== undefined && { error }),
  }
}

/** What a vendor's command prints; undefined where it is not there or fails. */
type Ask = (command: readonly string[]) => string | undefined

/** Asks each question once: some commands tell of all trials together. */
function askOnce({ around }: SweepContext): Ask {
  const answers = new Map<string, string | undefined>()
  return (command) => {
    const line = command.join(' ')
    if (!answers.has(line)) {
      const isThere = Bun.which(command[0] ?? '', { PATH: around.env.PATH ?? '' }) !== null
      const said = isThere ? Bun.spawnSync([...command], { env: around.env, stderr: 'ignore' }) : undefined
      answers.set(line, said?.exitCode === 0 ? said.stdout.toString() : undefined)
    }
    return answers.get(line)
  }
}

function stateOf(handle: string, { state }: Vendor, ask: Ask): JobState {
  const printed = state && ask(state.command(handle))
  return state && printed !== undefined ? state.read(handle, printed) : 'unknown'
}

/** What the command printed; undefined where it is not there or fails, which is said. */
function runCommand(command: readonly string[], { around }: SweepContext): string | undefined {
  const [program = ''] = command
  const line = command.map(shellWord).join(' ')
  if (Bun.which(program, { PATH: around.env.PATH ?? '' }) === null) {
    around.printError(`warning: ${program} is not on the PATH; submit it yourself:\n  ${line}\n`)
    return undefined
  }
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { env: around.env })
  if (exitCode === 0) return stdout.toString()
  around.printError(`warning: not submitted (exit code ${exitCode}): ${line}\n${stderr.toString().trim()}\n`)
  return undefined
}

function yamlOf({ content }: JobFile): string {
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })
}

function warnOfTag({ image }: SharedOptions, { log }: SweepContext): void {
  if (image.includes('@sha256:')) return
  log('WARNING', `${image} may name other code tomorrow: name the image by its digest (…@sha256:…)`)
}

async function pause(milliseconds: number, interrupt: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      interrupt.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    interrupt.addEventListener('abort', done)
  })
}
