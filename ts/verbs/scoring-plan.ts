import type { Dataset, Engine, Session } from '../native/engine.ts'
import type { LoaderSpec, Plan } from '../native/spec.d.ts'

/**
 * A training's plan as it serves a finished model: the scored weights of the checkpoint in `directory`, no averaging, nothing
 * to train. Its session works on `raw` weights.
 */
export function scoringPlan(plan: Plan, directory: string, changes: Partial<LoaderSpec> = {}): Plan {
  return {
    ...plan,
    model: { ...plan.model, weights: directory, freeze: [] },
    train: { ...plan.train, ema: null },
    eval_loader: { ...plan.eval_loader, ...changes },
  }
}

/** A session of its own with a checkpoint's scored weights, so that a run's own stay as they are. */
export async function withScored<T>(
  engine: Engine,
  plan: Plan,
  checkpoint: string,
  dataset: Dataset | null,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { session } = await engine.openSession(scoringPlan(plan, checkpoint), dataset)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}
