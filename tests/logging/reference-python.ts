/** The interpreter that has a Python package, from CT_REFERENCE_PYTHON; `undefined`, with a message, where it has not. */
export function pythonWith(module: string): string | undefined {
  const python = process.env.CT_REFERENCE_PYTHON
  if (python && Bun.spawnSync([python, '-c', `import ${module}`], { stderr: 'ignore' }).success) return python
  console.warn(`skipped: CT_REFERENCE_PYTHON names no Python that has ${module}`)
  return undefined
}
