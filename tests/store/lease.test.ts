import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commitNames, orderOf } from '../../ts/store/commit.ts'
import { folderStore } from '../../ts/store/folder-store.ts'
import { type Lease, LeaseLost, takeLease } from '../../ts/store/lease.ts'
import { hasSurelyEnded, ownIdentity } from '../../ts/store/process-identity.ts'
import { openMirror, type RunMirror } from '../../ts/store/run-mirror.ts'
import { put, scratchFolder } from '../setup/scratch.ts'
import { type StandingClock, standingClock } from './standing-clock.ts'
import { type StrictMount, strictMount } from './strict-mount.ts'

const storeOf = (mount: StrictMount) => folderStore('/bucket/run', 'mount:///bucket/run', mount)
const minutes = (count: number): number => count * 60_000

/** Takes the lease; whom it waited for comes into `waited`. */
function take(mount: StrictMount, clock: StandingClock, waited: string[] = []): Promise<Lease> {
  return takeLease({ store: storeOf(mount), clock, onWait: (holder) => waited.push(holder) })
}

describe('the lease of a run', () => {
  test('is had at once by the first, and after it was given back', async () => {
    const mount = strictMount()
    const clock = standingClock()
    const start = clock.now()
    const first = await take(mount, clock)
    await first.release()
    const second = await take(mount, clock)
    expect([first.generation, second.generation, clock.now() - start]).toEqual([1, 2, 0])
  })

  test('is refused while its holder lives, with its name', async () => {
    const mount = strictMount()
    const first = await take(mount, standingClock())
    const clock = standingClock()
    const start = clock.now()
    const { pause } = clock
    const beating: StandingClock = {
      ...clock,
      async pause(milliseconds) {
        await pause(milliseconds)
        await first.beat()
      },
    }
    const waited: string[] = []
    const { host, pid } = ownIdentity()
    expect(take(mount, beating, waited)).rejects.toThrow(
      `${host}, process ${pid} works on mount:///bucket/run`,
    )
    await take(mount, beating).catch(() => {})
    expect(waited).toEqual([`${host}, process ${pid}`])
    expect(clock.now() - start).toBeGreaterThanOrEqual(minutes(5))
    expect([...mount.objects.keys()].filter((name) => name.includes('beat')).length).toBe(1)
  })

  test.each([0, minutes(600), -minutes(600)])(
    'is taken over from a holder that is silent for two minutes by the own clock, the other one %d ms off',
    async (skew) => {
      const mount = strictMount()
      const first = await take(mount, standingClock(skew))
      await first.beat()
      const clock = standingClock()
      const start = clock.now()
      const second = await take(mount, clock)
      expect(second.generation).toBe(2)
      // Only a holder that seems long past is not waited for.
      expect(clock.now() - start).toBe(skew < 0 ? 0 : minutes(2))
      expect(first.confirm()).rejects.toThrow(LeaseLost)
      expect(first.beat()).rejects.toThrow("another machine's now")
      await second.confirm()
    },
  )

  test('is not lost to a late sign of life', async () => {
    const mount = strictMount()
    const first = await take(mount, standingClock())
    const second = await take(mount, standingClock())
    await first.beat().catch(() => {})
    await first.release()
    await second.confirm()
    expect((await take(mount, standingClock(0, 2e12))).generation).toBe(3)
  })

  test('goes to one of two that ask at the same moment', async () => {
    const objects = new Map<string, Uint8Array>()
    const [one, other] = [strictMount(objects), strictMount(objects)]
    const both = Promise.withResolvers<void>()
    let looked = 0
    for (const mount of [one, other])
      mount.gate = async (number) => {
        // Both have seen that nobody is there before either claims.
        if (number === 1 && ++looked === 2) both.resolve()
        if (number === 1) await both.promise
      }
    const waited: string[] = []
    const generations = await Promise.all(
      [one, other].map(async (mount) => {
        const lease = await take(mount, standingClock(), waited)
        return lease.generation
      }),
    )
    // The one that came second had to wait until the first had been silent for long.
    expect(generations.sort()).toEqual([1, 2])
    expect(waited.length).toBe(1)
  })

  test('ends its waiting with a signal', async () => {
    const mount = strictMount()
    await take(mount, standingClock())
    const waiting = takeLease({
      store: storeOf(mount),
      clock: standingClock(),
      interrupt: AbortSignal.abort(),
    })
    expect(waiting).rejects.toThrow('interrupted while waiting for mount:///bucket/run')
  })

  test('of a process of this machine that is gone is taken at once', () => {
    const own = ownIdentity()
    expect(hasSurelyEnded(own)).toBe(false)
    const child = Bun.spawnSync(['sh', '-c', 'echo $$'])
    const gone = { ...own, pid: Number(child.stdout.toString()) }
    expect(hasSurelyEnded(gone)).toBe(process.platform === 'linux')
    // Numbers are given again; another machine may have the same.
    expect(hasSurelyEnded({ ...own, started: '1' })).toBe(process.platform === 'linux')
    expect(hasSurelyEnded({ ...gone, world: 'another' })).toBe(false)
    expect(hasSurelyEnded({ ...gone, world: '' })).toBe(false)
  })
})

/** A machine at work on the run, and what it was warned of. */
async function machine(mount: StrictMount) {
  const stage = scratchFolder()
  const warnings: string[] = []
  const logger = { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message) }
  const mirror: RunMirror = await openMirror({ store: storeOf(mount), stage, logger, clock: standingClock() })
  return { stage, mirror, warnings }
}

function save(stage: string, step: number): void {
  put(join(stage, `checkpoints/step-${step}/model.safetensors`), new Uint8Array(5000).fill(step))
  put(join(stage, `checkpoints/step-${step}/COMMIT.json`), '{}')
  mkdirSync(dirname(join(stage, 'checkpoints/last')), { recursive: true })
  writeFileSync(join(stage, 'checkpoints/last'), `step-${step}\n`)
}
const lastOf = (stage: string): string => readFileSync(join(stage, 'checkpoints/last'), 'utf8').trim()

/** Machine A saves three times and ends; before its operation `at` it stands still until B has done its work. */
async function overtaken(at: number) {
  const objects = new Map<string, Uint8Array>()
  const old = strictMount(objects)
  const stands = Promise.withResolvers<void>()
  const goesOn = Promise.withResolvers<void>()
  old.gate = async (number) => {
    if (number !== at) return
    stands.resolve()
    await goesOn.promise
  }
  const zombie = (async () => {
    const { stage, mirror } = await machine(old)
    for (const step of [1, 2, 3]) {
      save(stage, step)
      mirror.changed()
      await mirror.flush()
    }
    const kept = await mirror.close(75)
    return { kept, lost: mirror.lost, stage }
  })()
  await Promise.race([stands.promise, zombie])
  const next = await machine(strictMount(objects))
  save(next.stage, 7)
  // The very bytes that the other had in a state which it removes.
  put(join(next.stage, 'checkpoints/best'), 'step-1\n')
  const nextKept = await next.mirror.close(75)
  goesOn.resolve()
  const ended = await zombie
  const third = await machine(strictMount(objects))
  // Without the lease yet it came second, and went on with what the other had done.
  const isSecond = !ended.lost && existsSync(join(ended.stage, 'checkpoints/step-7'))
  return { isSecond, nextKept, ended, third, operations: old.operations.length }
}

test('a machine that stands still at any moment, and goes on when another has taken its run, does no harm', async () => {
  const { operations } = await overtaken(Number.POSITIVE_INFINITY)
  expect(operations).toBeGreaterThan(60)
  let [losses, seconds] = [0, 0]
  for (let at = 0; at < operations; at++) {
    const { isSecond, nextKept, ended, third } = await overtaken(at)
    expect([at, nextKept, third.warnings]).toEqual([at, true, []])
    if (ended.lost) {
      losses++
      expect([at, ended.kept]).toEqual([at, false])
      expect(ended.lost.message).toContain("mount:///bucket/run is another machine's now")
    }
    seconds += Number(isSecond)
    expect([at, lastOf(third.stage)]).toEqual([at, isSecond ? 'step-3' : 'step-7'])
  }
  expect(losses).toBeGreaterThan(40)
  expect(seconds).toBeLessThan(7)
}, 60_000)

test('what an earlier holder left unfinished is removed', async () => {
  const objects = new Map<string, Uint8Array>()
  const first = await machine(strictMount(objects))
  save(first.stage, 1)
  await first.mirror.close(75)
  // Uploaded by a machine that was lost before it committed.
  const orphan = `/bucket/run/.objects/${'ab'.repeat(32)}-00000001`
  objects.set(orphan, new Uint8Array(9))
  objects.set('/bucket/run/.objects/of-somebody-else', new Uint8Array(1))
  const second = await machine(strictMount(objects))
  save(second.stage, 2)
  await second.mirror.close(75)
  expect(objects.has(orphan)).toBe(false)
  expect(objects.has('/bucket/run/.objects/of-somebody-else')).toBe(true)
  expect([...objects.keys()].filter((name) => name.includes('/.leases/00000001'))).toEqual([])
  const store = storeOf(strictMount(objects))
  expect((await commitNames(store)).map(orderOf)).toEqual([
    { generation: 2, sequence: 2 },
    { generation: 1, sequence: 1 },
  ])
})
