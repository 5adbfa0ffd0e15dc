import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { thisMachine } from '../../ts/native/machine.ts'
import { findReady } from '../../ts/setup/index.ts'

const ready = findReady(thisMachine(), {})
const canAsk =
  ready !== undefined &&
  process.platform === 'linux' &&
  ['ldd', 'objdump'].every((name) => Bun.which(name) !== null)
if (!canAsk)
  console.warn('skipped: the closure of the addon needs ldd, objdump and a native core (run setup)')

/** Of libtorch only what a machine without a GPU has, and of the system only what every glibc system has. */
const wanted = [
  'libtorch_cpu.so',
  'libc10.so',
  'libstdc++.so.6',
  'libgcc_s.so.1',
  'libm.so.6',
  'libc.so.6',
  'libpthread.so.0',
  'libdl.so.2',
  'librt.so.1',
  'ld-linux-x86-64.so.2',
  'ld-linux-aarch64.so.1',
]

test.skipIf(!canAsk)('the addon needs nothing but libtorch and the system, and finds all of it', () => {
  const addon = ready?.addon ?? ''
  const direct = needs(addon)
  expect(direct).toContain('libtorch_cpu.so')
  // What libtorch needs itself is there once it is loaded.
  const known = [...wanted, ...needs(join(ready?.libtorch.lib ?? '', 'libtorch_cpu.so'))]
  expect(direct.filter((name) => !known.includes(name))).toEqual([])
  const all = Bun.spawnSync(['ldd', addon], {
    env: { ...process.env, LD_LIBRARY_PATH: ready?.libtorch.lib },
  })
  expect(all.exitCode).toBe(0)
  expect(
    all.stdout
      .toString()
      .split('\n')
      .filter((line) => line.includes('not found')),
  ).toEqual([])
})

function needs(library: string): string[] {
  const said = Bun.spawnSync(['objdump', '-p', library]).stdout.toString()
  return [...said.matchAll(/^\s*NEEDED\s+(\S+)$/gm)].map(([, name = '']) => name)
}
