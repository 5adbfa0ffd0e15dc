import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Machine, thisMachine } from '../../ts/native/machine.ts'
import { actionlintModule, installActionlint } from '../../ts/quality/actionlint.ts'
import { linterSteps } from '../../ts/quality/linters.ts'
import { put, scratchFolder } from '../setup/scratch.ts'

setDefaultTimeout(300_000)

const root = join(import.meta.dir, '../..')
const here = Bun.which('go') === null ? undefined : installActionlint(thisMachine())
const program = here !== undefined && 'program' in here ? here.program : undefined
if (program === undefined) console.warn('skipped: actionlint is built by Go, from the module proxy')

/** A machine with an empty cache and this PATH. */
function machineWith(path: string, packageRoot = root): Machine {
  return { ...thisMachine(), cache: scratchFolder(), packageRoot, env: { ...process.env, PATH: path } }
}

const head = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n'

describe('actionlint', () => {
  test.skipIf(program === undefined)('finds nothing in our workflows', () => {
    const step = linterSteps(thisMachine()).find(({ name }) => name === 'workflows')
    const { exitCode, stdout } = Bun.spawnSync([...(step?.command ?? [])], { cwd: root })
    expect([exitCode, stdout.toString()]).toEqual([0, ''])
  })

  test.skipIf(program === undefined).each([
    ['a script of strangers', `${head}      - run: echo "\${{ github.head_ref }}"\n`, 'untrusted'],
    ['an output of no step', `${head}      - run: echo "\${{ steps.none.outputs.a }}"\n`, 'none'],
    ['a runner that is none', `${head.replace('24', '25')}      - run: echo\n`, 'ubuntu-25.04'],
    ['a job that needs no job', `${head}      - run: echo\n    needs: [b]\n`, 'does not exist'],
  ])('finds %s', (_what, text, words) => {
    const folder = scratchFolder()
    Bun.spawnSync(['git', 'init', '--quiet'], { cwd: folder })
    put(join(folder, '.github/workflows/a.yml'), text)
    const { exitCode, stdout } = Bun.spawnSync([program ?? '', '-no-color', '-shellcheck='], { cwd: folder })
    expect(stdout.toString()).toContain(words)
    expect(exitCode).toBe(1)
  })

  test('is skipped with a reason where there is no Go', () => {
    const found = installActionlint(machineWith(scratchFolder()))
    expect(found).toEqual({ missing: expect.stringContaining('Go, which is not on the PATH') })
  })

  test.skipIf(program === undefined)('is not built of sources with another checksum', () => {
    const folder = scratchFolder()
    const module = join(folder, actionlintModule)
    mkdirSync(module, { recursive: true })
    copyFileSync(join(root, actionlintModule, 'go.mod'), join(module, 'go.mod'))
    const sums = readFileSync(join(root, actionlintModule, 'go.sum'), 'utf8')
    put(join(module, 'go.sum'), sums.replace(/(rhysd\/actionlint \S+ h1:)\S+/, `$1${'A'.repeat(43)}=`))
    const found = installActionlint(machineWith(process.env.PATH ?? '', folder))
    expect(found).toEqual({ missing: expect.stringContaining('checksum mismatch') })
  })
})
