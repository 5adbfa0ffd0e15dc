import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where a module's declarations are in the package, by where the module is. */
export function typesOf(module: string): string {
  return `./types/${module.replace(/^\.\//, '').replace(/\.ts$/, '.d.ts')}`
}

/**
 * Writes the declarations of `modules` and of all that they need to `types/` of `folder`. Programs that use the package are
 * checked against these: they know neither Bun's types nor our compiler's settings, and sources would be checked by theirs.
 */
export function emitTypes(root: string, modules: readonly string[], folder: string): void {
  const out = join(folder, 'types')
  const settings = join(folder, 'tsconfig.json')
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: out },
    typeRoots: [join(root, 'node_modules')],
  }
  const files = modules.map((module) => join(root, module))
  writeFileSync(
    settings,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  )
  const command = [process.execPath, 'x', '--bun', '--no-install', 'tsc', '--project', settings]
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: root })
  if (exitCode !== 0) throw new Error(`the declarations cannot be written:\n${stdout}${stderr}`)
  rmSync(settings)
  // Written by hand, or generated, so the compiler leaves it where it is.
  const generated = 'ts/native/spec.d.ts'
  mkdirSync(dirname(join(out, generated)), { recursive: true })
  cpSync(join(root, generated), join(out, generated))
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    // Every resolver knows that the declarations of x.js are x.d.ts.
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/((["'])\.{1,2}\/[^"'\n]*?)(\.d)?\.ts\2/g, '$1.js$2'),
    )
  }
}
