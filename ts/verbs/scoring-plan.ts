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
