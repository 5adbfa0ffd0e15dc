import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { put, scratchFolder } from '../setup/scratch.ts'

setDefaultTimeout(300_000)

const root = join(import.meta.dir, '../..')
const wanted = process.env.CT_RELEASE_TESTS === '1'
if (!wanted) console.warn('skipped: set CT_RELEASE_TESTS=1 to run publint and attw, which npx fetches')

describe('the types of the package', () => {
  const folder = scratchFolder()
  const tarball = join(folder, 'classifier-training-9.9.9.tgz')
  beforeAll(() => {
    const pack = [process.execPath, 'scripts/release/pack.ts', 'root', '9.9.9', folder]
    expect(Bun.spawnSync(pack, { cwd: root }).exitCode).toBe(0)
    const there = join(folder, 'node_modules/classifier-training')
    mkdirSync(there, { recursive: true })
    Bun.spawnSync(['tar', '-xzf', tarball, '--strip-components=1', '-C', there])
    symlinkSync(join(root, 'node_modules/valibot'), join(folder, 'node_modules/valibot'))
    put(join(folder, 'package.json'), '{"type":"module"}')
  })

  /** What the compiler says to a program, with settings of its own and none of Bun's or Node's types. */
  function check(program: string, moduleSetting: string, moduleResolution: string): string {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: true, target: 'ESNext', lib: ['ESNext'], types: [] },
      ...{ module: moduleSetting, moduleResolution },
    }
    put(join(folder, 'program.ts'), program)
    put(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = Bun.spawnSync([process.execPath, '--bun', tsc, '--pretty', 'false'], { cwd: folder })
    return stdout.toString()
  }

  test.each([
    ['NodeNext', 'NodeNext'],
    ['Preserve', 'Bundler'],
  ])('stand by themselves under %s and %s', (moduleSetting, resolution) => {
    const program =
      "import { evaluate, predict, train } from 'classifier-training'\n" +
      "import { compose } from 'classifier-training/config'\n" +
      "const composed = await compose({ configDir: 'conf', configName: 'train' })\n" +
      'export const all = [train, evaluate, predict, composed.config]\n'
    expect(check(program, moduleSetting, resolution)).toBe('')
    const wrong = "import { train } from 'classifier-training'\nawait train({ overrides: 3 })\n"
    expect(check(wrong, moduleSetting, resolution)).toContain('program.ts(2,15): error TS2322')
  })

  test.skipIf(!wanted).each([
    ['publint', ['publint@0.3.25', '--strict']],
    // Bun reads TypeScript and ES modules: neither old resolvers nor CommonJS are promised anything.
    ['attw', ['@arethetypeswrong/cli@0.18.5', '--profile', 'esm-only']],
  ])('%s finds nothing', (_name, words) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(['npx', '--yes', ...words, tarball], { cwd: folder })
    expect([exitCode, `${stdout}${stderr}`]).toEqual([0, expect.any(String)])
  })
})
