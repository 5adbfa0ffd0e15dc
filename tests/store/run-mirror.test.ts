import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { folderStore } from '../../ts/store/folder-store.ts'
import { openMirror, type RunMirror } from '../../ts/store/run-mirror.ts'
import { CheckpointStore } from '../../ts/train/checkpoint-store.ts'
import { scratchFolder } from '../setup/scratch.ts'
import { standingClock } from './standing-clock.ts'
import { type Fault, Killed, type StrictMount, sameBucket, strictMount } from './strict-mount.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {} }

/** A machine with its own disk, working on the run in the bucket. */
async function machine(
  mount: StrictMount,
  stage = scratchFolder(),
  warn: (message: string) => void = silent.warn,
): Promise<{ stage: string; mirror: RunMirror }> {
  const store = folderStore('/bucket/run', 'mount:///bucket/run', mount)
  const mirror = await openMirror({ store, stage, logger: { ...silent, warn }, clock: standingClock() })
  return { stage, mirror }
}

function put(stage: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(stage, path)), { recursive: true })
  writeFileSync(join(stage, path), content)
}
/** What a save leaves: the checkpoint, the pointer, and metrics that may be newer than it. */
function save(stage: string, step: number): void {
  put(stage, `checkpoints/step-${step}/model.safetensors`, new Uint8Array(50_000).fill(step))
  put(stage, `checkpoints/step-${step}/COMMIT.json`, `{"step":${step}}`)
  put(stage, 'checkpoints/last', `step-${step}\n`)
  put(stage, 'metrics.jsonl', Array.from({ length: step + 1 }, (_, row) => `{"step":${row}}\n`).join(''))
}
function files(stage: string): Record<string, string> {
  const names = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(stage.length + 1))
    .filter((name) => name !== '.stage.json')
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(stage, name), 'latin1')]))
}

describe('a run in a bucket', () => {
  test('goes on elsewhere with what was saved last', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    save(first.stage, 1)
    first.mirror.changed()
    save(first.stage, 2)
    rmSync(join(first.stage, 'checkpoints/step-1'), { recursive: true })
    // What is being written is not part of a state.
    put(first.stage, 'checkpoints/.step-3.tmp/model.safetensors', 'half')
    put(first.stage, 'checkpoints/step-9/model.safetensors', 'no commit file')
    put(first.stage, 'summary.json.77.tmp', 'half')
    expect(await first.mirror.close(75)).toBe(true)

    const second = await machine(sameBucket(mount))
    expect(Object.keys(files(second.stage))).toEqual([
      'checkpoints/last',
      'checkpoints/step-2/COMMIT.json',
      'checkpoints/step-2/model.safetensors',
      'metrics.jsonl',
    ])
    expect(files(second.stage)['metrics.jsonl']).toBe('{"step":0}\n{"step":1}\n{"step":2}\n')
    const [newest] = await new CheckpointStore(second.stage).committed()
    expect(newest?.directory).toBe(join(second.stage, 'checkpoints/step-2'))
  })

  test('has a pointer as it is, though its size and its time are those of before', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    for (const step of [1, 2]) {
      save(first.stage, step)
      utimesSync(join(first.stage, 'checkpoints/last'), 1, 1)
      first.mirror.changed()
      await first.mirror.flush()
    }
    expect(await first.mirror.close(75)).toBe(true)
    const second = await machine(sameBucket(mount))
    expect(files(second.stage)['checkpoints/last']).toBe('step-2\n')
  })

  test('keeps which checkpoint is the newest', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    for (const step of [1, 2, 3]) {
      save(first.stage, step)
      await Bun.sleep(5)
    }
    await first.mirror.close(75)
    const second = await machine(mount)
    const found = await new CheckpointStore(second.stage).committed()
    expect(found.map(({ directory }) => directory.split('-').at(-1))).toEqual(['3', '2', '1'])
  })

  test('sends what did not change only once, and removes what is no longer needed', async () => {
    const mount = strictMount()
    const { stage, mirror } = await machine(mount)
    put(stage, 'plan.json', '{"plan":1}')
    for (let step = 1; step <= 5; step++) {
      save(stage, step)
      if (step > 1) rmSync(join(stage, `checkpoints/step-${step - 1}`), { recursive: true })
      mirror.changed()
      await mirror.flush()
    }
    await mirror.close(75)
    const written = mount.operations.filter((line) => line.startsWith('create /bucket/run/.objects/'))
    expect(new Set(written).size).toBe(written.length)
    const large = [...mount.objects.values()].filter((bytes) => bytes.length === 50_000)
    // Two states are kept, and both hold the last checkpoint alone.
    expect(large.length).toBeLessThanOrEqual(2)
    expect([...mount.objects.keys()].filter((name) => name.includes('/.commits/')).length).toBe(2)
  })

  test('a stage that is ahead of the bucket stays; one that fell behind is brought up to date', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    save(first.stage, 1)
    await first.mirror.close(75)
    // Killed after a save that was not copied any more: the same machine knows more than the bucket.
    save(first.stage, 2)
    const again = await machine(mount, first.stage)
    expect(Object.keys(files(first.stage))).toContain('checkpoints/step-2/COMMIT.json')
    await again.mirror.close(75)

    const other = await machine(mount)
    save(other.stage, 7)
    await other.mirror.close(75)
    await machine(mount, first.stage)
    expect(files(first.stage)).toEqual(files(other.stage))
  })

  test('a finished run has plain names, which are never written twice', async () => {
    const mount = strictMount()
    const { stage, mirror } = await machine(mount)
    save(stage, 1)
    put(stage, 'summary.json', '{"status":"completed"}')
    put(stage, '.hydra/config.yaml', 'a: 1\n')
    await mirror.close(0)
    const plain = [...mount.objects.keys()].filter((name) => !/\/\.(objects|commits|leases)\//.test(name))
    expect(plain.sort()).toEqual(['/bucket/run/metrics.jsonl', '/bucket/run/summary.json'])
    const again = await machine(mount)
    put(again.stage, 'summary.json', '{"status":"completed","again":true}')
    expect(await again.mirror.close(0)).toBe(true)
    expect(new TextDecoder().decode(mount.objects.get('/bucket/run/summary.json'))).toBe(
      '{"status":"completed"}',
    )
  })

  test.each(['EIO', 'ESTALE'] as const)('%s at any operation is survived', async (code) => {
    const count = await rehearse(() => undefined).then(({ operations }) => operations)
    expect(count).toBeGreaterThan(15)
    for (let at = 0; at < count; at++) {
      const { kept, second } = await rehearse((number) => (number === at ? { code } : undefined))
      expect([at, kept, second['metrics.jsonl']]).toEqual([at, true, '{"step":0}\n{"step":1}\n{"step":2}\n'])
    }
  })

  test('SIGKILL at any operation leaves a state that was saved, or none', async () => {
    const count = await rehearse(() => undefined).then(({ operations }) => operations)
    const states = new Set<string>()
    for (let at = 0; at < count; at++) {
      // Half of a checkpoint, or of a commit file, may have reached the bucket under its name.
      const { second } = await rehearse((number) => (number === at ? { code: 'KILL', after: 20 } : undefined))
      const rows = second['metrics.jsonl'] ?? ''
      const last = second['checkpoints/last']?.trim()
      states.add(last ?? 'none')
      if (last === undefined) continue
      expect(second[`checkpoints/${last}/model.safetensors`]?.length).toBe(50_000)
      expect(rows.split('\n').length - 1).toBeGreaterThanOrEqual(Number(last.split('-')[1]) + 1)
    }
    expect([...states].sort()).toEqual(['none', 'step-1', 'step-2'])
  })

  test('a state that was damaged is passed over, with a word about it', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    save(first.stage, 1)
    first.mirror.changed()
    await first.mirror.flush()
    save(first.stage, 2)
    await first.mirror.close(75)
    const damaged = [...mount.objects].find(([, bytes]) => bytes.length === 50_000 && bytes[0] === 2)
    mount.objects.set(damaged?.[0] ?? '', new Uint8Array(50_000))
    const said: string[] = []
    const { stage } = await machine(mount, undefined, (message) => said.push(message))
    expect(said.join()).toContain('checkpoints/step-2/model.safetensors is missing or differs')
    expect(files(stage)['checkpoints/last']).toBe('step-1\n')

    for (const [name, bytes] of mount.objects)
      if (name.includes('/.objects/')) mount.objects.set(name, bytes.slice(1))
    expect(machine(mount)).rejects.toThrow('no saved state of mount:///bucket/run can be used')
  })

  test('a path that leaves the run folder is refused', async () => {
    const mount = strictMount()
    const first = await machine(mount)
    save(first.stage, 1)
    await first.mirror.close(75)
    for (const [name, bytes] of mount.objects)
      if (name.includes('/.commits/')) {
        const text = new TextDecoder().decode(bytes).replace('"metrics.jsonl"', '"../../evil"')
        mount.objects.set(name, new TextEncoder().encode(text))
      }
    expect(machine(mount)).rejects.toThrow('it is not written as this version reads it')
  })

  test('a bucket that stays away does not stop the run; the stage keeps its end', async () => {
    const mount = strictMount()
    const said: string[] = []
    const first = await machine(mount, undefined, (message) => said.push(message))
    save(first.stage, 1)
    mount.fault = () => ({ code: 'EIO' })
    first.mirror.changed()
    expect(await first.mirror.close(0)).toBe(false)
    expect(said.join()).toContain('the same command tries again')
    mount.fault = () => undefined
    const again = await machine(mount, first.stage)
    expect(await again.mirror.close(0)).toBe(true)
    expect(mount.objects.has('/bucket/run/metrics.jsonl')).toBe(true)
  })
})

/** Machine A saves twice and ends, under faults; machine B looks at the same bucket without any. */
async function rehearse(fault: (number: number) => Fault | undefined) {
  const mount = strictMount()
  mount.fault = fault
  let kept = false
  try {
    const { stage, mirror } = await machine(mount)
    save(stage, 1)
    mirror.changed()
    await mirror.flush()
    save(stage, 2)
    kept = await mirror.close(75)
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  const { stage } = await machine(sameBucket(mount))
  return { kept, second: files(stage), operations: mount.operations.length }
}

test('a stage keeps no trace of a pull', async () => {
  const mount = strictMount()
  const first = await machine(mount)
  save(first.stage, 1)
  await first.mirror.close(75)
  const { stage } = await machine(mount)
  expect(
    readdirSync(stage, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp')),
  ).toEqual([])
  expect(existsSync(join(stage, '.stage.json'))).toBe(true)
})
