const begun = Date.now() - performance.now()

/** Seconds from the start of the process to the end of each phase of a smallest training. */
export interface StartFigures {
  readonly process_to_code_s: number
  readonly native_parts_found_s: number
  readonly libtorch_loaded_s: number
  readonly session_open_s: number
  readonly first_step_s: number
}

/** Goes from nothing to one optimizer step of ResNet-18 at 64 pixels. */
export async function benchStart(): Promise<StartFigures> {
  const since = (): number => (Date.now() - begun) / 1000
  const process_to_code_s = since()
  const { ensureNative } = await import('../setup/index.ts')
  await ensureNative({ quiet: true })
  const native_parts_found_s = since()
  const { loadEngine } = await import('../native/native-engine.ts')
  const engine = await loadEngine()
  const libtorch_loaded_s = since()
  const { stepPlan } = await import('./bench-plan.ts')
  const plan = stepPlan({
    model: 'resnet18',
    imageSize: 64,
    batchSize: 64,
    precision: 'bf16-mixed',
    classes: 43,
  })
  const { session } = await engine.openBenchSession(plan, 64)
  const session_open_s = since()
  await session.train(1)
  const first_step_s = since()
  await session.close()
  return { process_to_code_s, native_parts_found_s, libtorch_loaded_s, session_open_s, first_step_s }
}
