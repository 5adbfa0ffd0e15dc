import { expect, test } from 'bun:test'
import { compose } from 'classifier-training/config'

/** What a fresh process prints after running `code`. */
async function fresh(code: string): Promise<string> {
  const child = Bun.spawn([process.execPath, '-e', code], {
    cwd: new URL('../..', import.meta.url).pathname,
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const text = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  return text
}

test('importing does nothing: no output, no core, no pictures, nothing that keeps the process alive', async () => {
  const text = await fresh(`
    const before = new Set(process.listeners('SIGINT'))
    const library = await import('classifier-training')
    const { readFileSync } = await import('node:fs')
    const maps = process.platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8') : ''
    console.log(JSON.stringify({
      names: Object.keys(library).filter((name) => /^[a-z]/.test(name)).sort(),
      native: /libtorch|skia|onnxruntime|classifier_training/.test(maps.replaceAll(process.cwd(), '')),
      listeners: process.listeners('SIGINT').length - before.size,
    }))
  `)
  expect(JSON.parse(text)).toEqual({ names: ['evaluate', 'predict', 'train'], native: false, listeners: 0 })
})

test('the composer is there by itself', async () => {
  const { config, hydra, sources } = await compose({
    configDir: new URL('../../configs', import.meta.url).pathname,
    configName: 'train',
    overrides: ['model=resnet50', 'trainer.max_epochs=7'],
  })
  expect(config.trainer).toMatchObject({ max_epochs: 7 })
  expect(Object.keys(hydra)).toContain('runtime')
  expect(sources.map(({ config: name }) => name)).toContain('model/resnet50')
})
