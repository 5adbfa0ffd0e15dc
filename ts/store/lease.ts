import * as v from 'valibot'
import { ConfigError, DeviceError, Interrupted } from '../errors/index.ts'
import type { ObjectStore } from './object-store.ts'
import { persistently } from './persistence.ts'
import { hasSurelyEnded, ownIdentity } from './process-identity.ts'
import type { StoreClock } from './store-clock.ts'

/** A holder says so often that it lives. */
const beatMilliseconds = 20_000
/** A holder that says nothing for so long has ended. A mounted bucket may show a listing that is a minute old. */
const lifetimeMilliseconds = 120_000
/** So long is waited for a holder that lives: a job that is being taken away saves and ends meanwhile. */
const patienceMilliseconds = 300_000
const pollMilliseconds = 2_000

export const leasePrefix = '.leases/'

const Claim = v.object({
  version: v.literal(1),
  id: v.string(),
  time: v.number(),
  holder: v.object({ host: v.string(), pid: v.number(), world: v.string(), started: v.string() }),
})

/** The number of the lease that an object belongs to; infinite for a name that is none. */
export function leaseGeneration(name: string): number {
  const digits = /^\.leases\/(\d{8})\.(json|end|beat-\d{8})$/.exec(name)?.[1]
  return Number(digits ?? Number.POSITIVE_INFINITY)
}

/** Another process holds the run now. */
export class LeaseLost extends DeviceError {}

export interface LeaseOptions {
  readonly store: ObjectStore
  readonly clock: StoreClock
  /** Called once, with the holder, where there is one to wait for. */
  readonly onWait?: ((holder: string) => void) | undefined
  readonly interrupt?: AbortSignal | undefined
}

/** The right to write a run: one process holds it at a time, and each holder has a higher number than those before. */
export interface Lease {
  readonly generation: number
  /** Says that this process lives. @throws LeaseLost where another holds the run now */
  beat(): Promise<void>
  /** Asks the store, once before each thing that could harm the next holder. @throws LeaseLost where another holds the run now */
  confirm(): Promise<void>
  /** Beats by itself until it is released; calls back once when the run is another's. */
  keep(onLost: (reason: LeaseLost) => void): void
  /** Gives the run to whoever comes next. */
  release(): Promise<void>
}

/** What the store shows of the newest holder. */
interface Sight {
  /** 0 where there was none. */
  readonly generation: number
  /** Name of its last sign of life; empty where it gave none. */
  readonly beat: string
  readonly ended: boolean
}

/**
 * Takes the lease of a run: at once where nobody holds it, where its holder gave it back, or has surely ended; else when no
 * sign of life came for a while. Time passes by this machine's own clock, so clocks need not agree.
 * @throws ConfigError where a holder goes on living, Interrupted
 */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const { store, clock, onWait, interrupt } = options
  const began = clock.now()
  let last: Sight | undefined
  let since = began
  for (;;) {
    const sight = await look(options)
    const isFree = sight.generation === 0 || sight.ended
    if (sight.generation !== last?.generation || sight.beat !== last.beat) since = clock.now()
    const isNew = sight.generation !== last?.generation
    const isGone = clock.now() - since >= lifetimeMilliseconds || (isNew && (await hasEnded(sight, options)))
    if (isFree || isGone) {
      const lease = await claim(sight.generation + 1, options)
      if (lease) return lease
      continue
    }
    if (clock.now() - began >= patienceMilliseconds) throw await refusal(sight, options)
    if (last === undefined) onWait?.(await holderOf(sight, options))
    last = sight
    await clock.pause(pollMilliseconds)
    if (interrupt?.aborted) throw new Interrupted(`interrupted while waiting for ${store.url}`)
  }
}

async function look({ store, clock }: LeaseOptions): Promise<Sight> {
  const found = await persistently(() => store.list(leasePrefix), clock.pause)
  let sight: Sight = { generation: 0, beat: '', ended: false }
  for (const { name } of found) {
    const generation = leaseGeneration(name)
    if (generation < sight.generation || generation === Number.POSITIVE_INFINITY) continue
    const kind = name.slice(name.indexOf('.', leasePrefix.length) + 1)
    if (generation > sight.generation) sight = { generation, beat: '', ended: false }
    if (kind === 'end') sight = { ...sight, ended: true }
    if (kind.startsWith('beat') && kind > sight.beat) sight = { ...sight, beat: kind }
  }
  return sight
}

async function claim(generation: number, options: LeaseOptions): Promise<Lease | undefined> {
  const { store, clock } = options
  const id = crypto.randomUUID()
  const record: v.InferOutput<typeof Claim> = { version: 1, id, time: clock.wall(), holder: ownIdentity() }
  const name = objectName(generation, 'json')
  const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`)
  await persistently(() => store.create(name, { bytes }), clock.pause)
  // Also where it says that the name was taken: an answer may get lost behind the deed. And a mount that makes a name twice
  // shows here who came last.
  const winner = await claimOf(generation, options)
  return winner?.id === id ? leaseOf(generation, options) : undefined
}

function leaseOf(generation: number, { store, clock }: LeaseOptions): Lease {
  let [beats, seen] = [0, clock.now()]
  let stop = (): void => {}
  let isBeating = false
  const confirm = async (): Promise<void> => {
    const { generation: newest } = await look({ store, clock })
    if (newest > generation) {
      const holder = await holderOf({ generation: newest }, { store, clock })
      const silence = Math.round((clock.now() - seen) / 1000)
      throw new LeaseLost(`${store.url} is another machine's now: ${holder} went on with the run`, {
        hint: `this one was out of touch for ${silence} s; what it did since is not kept in the bucket`,
      })
    }
  }
  const lease: Lease = {
    generation,
    confirm,
    async beat() {
      const bytes = new TextEncoder().encode(`${clock.wall()}\n`)
      const name = objectName(generation, beatName(beats + 1))
      await persistently(() => store.create(name, { bytes }), clock.pause)
      beats++
      await store.remove(objectName(generation, beatName(beats - 1))).catch(() => {})
      await confirm()
      seen = clock.now()
    },
    keep(onLost) {
      stop = clock.every(beatMilliseconds, async () => {
        if (isBeating) return
        isBeating = true
        try {
          await lease.beat()
        } catch (error) {
          // A store that cannot be reached is tried again with the next one.
          if (!(error instanceof LeaseLost)) return
          stop()
          onLost(error)
        } finally {
          isBeating = false
        }
      })
    },
    async release() {
      stop()
      await persistently(
        () => store.create(objectName(generation, 'end'), { bytes: new Uint8Array() }),
        clock.pause,
      )
    },
  }
  return lease
}

/** Whether a holder has ended, by more than its silence: its process is gone from this machine, or it is long past. */
async function hasEnded(sight: Sight, options: LeaseOptions): Promise<boolean> {
  const found = await claimOf(sight.generation, options)
  if (!found) return false
  if (hasSurelyEnded(found.holder)) return true
  const bytes =
    sight.beat === '' ? undefined : await options.store.read(objectName(sight.generation, sight.beat))
  const beat = Number(bytes === undefined ? found.time : new TextDecoder().decode(bytes))
  // Twice, for clocks that do not quite agree.
  return options.clock.wall() - beat > 2 * lifetimeMilliseconds
}

async function claimOf(
  generation: number,
  { store, clock }: LeaseOptions,
): Promise<v.InferOutput<typeof Claim> | undefined> {
  const bytes = await persistently(() => store.read(objectName(generation, 'json')), clock.pause)
  try {
    return v.parse(Claim, JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}

async function holderOf({ generation }: Pick<Sight, 'generation'>, options: LeaseOptions): Promise<string> {
  const found = await claimOf(generation, options)
  return found ? `${found.holder.host}, process ${found.holder.pid}` : 'another machine'
}

async function refusal(sight: Sight, options: LeaseOptions): Promise<ConfigError> {
  return new ConfigError({
    key: 'hydra.run.dir',
    message: `${await holderOf(sight, options)} works on ${options.store.url} and goes on`,
    hint: 'stop that one, or name another hydra.run.dir',
  })
}

function objectName(generation: number, kind: string): string {
  return `${leasePrefix}${String(generation).padStart(8, '0')}.${kind}`
}

function beatName(number: number): string {
  return `beat-${String(number).padStart(8, '0')}`
}
