import type { Action, Actions, Callback, RunContext } from './callback.ts'

type Hook = 'runStart' | 'span' | 'validationEnd' | 'epochEnd' | 'runEnd'
type Event<K extends Hook> = K extends 'runStart' ? undefined : Parameters<NonNullable<Callback[K]>>[0]

/** Asks every callback in turn and gathers what they want done. */
export class Hooks {
  readonly #callbacks: Callback[]
  readonly #seconds = new Map<string, number>()

  constructor(callbacks: readonly Callback[]) {
    this.#callbacks = [...callbacks]
  }

  /** An observer that throws is reported and asked no more; a controller's failure is the run's. */
  async ask<K extends Hook>(hook: K, event: Event<K>, context: RunContext): Promise<Action[]> {
    const actions: Action[] = []
    for (const callback of [...this.#callbacks]) {
      const began = performance.now()
      try {
        actions.push(...((await call(callback, hook, event, context)) ?? []))
      } catch (error) {
        if (callback.role === 'controller') throw error
        this.#callbacks.splice(this.#callbacks.indexOf(callback), 1)
        context.logger.warn(`callback ${callback.name} failed and is off for the rest of the run`, {
          hook,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      } finally {
        const seconds = (performance.now() - began) / 1000
        this.#seconds.set(callback.name, (this.#seconds.get(callback.name) ?? 0) + seconds)
      }
    }
    return actions
  }

  /** Seconds that each callback has taken so far, by name. */
  get seconds(): ReadonlyMap<string, number> {
    return this.#seconds
  }

  /** Step intervals at which some callback wants a span to end. */
  intervals(): number[] {
    return this.#callbacks.flatMap((callback) => callback.stepInterval ?? [])
  }

  state(): Record<string, unknown> {
    return Object.fromEntries(
      this.#callbacks.flatMap((callback, index) => {
        const state = callback.state?.()
        return state === undefined ? [] : [[`${index}:${callback.name}`, state]]
      }),
    )
  }

  /** Gives each callback its state back; one that is new in the configuration starts afresh. */
  restore(states: Readonly<Record<string, unknown>>): void {
    const byName = new Map(
      Object.entries(states).map(([key, state]) => [key.slice(key.indexOf(':') + 1), state]),
    )
    for (const [index, callback] of this.#callbacks.entries()) {
      const state = states[`${index}:${callback.name}`] ?? byName.get(callback.name)
      if (state !== undefined) callback.restore?.(state)
    }
  }
}

function call<K extends Hook>(
  callback: Callback,
  hook: K,
  event: Event<K>,
  context: RunContext,
): Actions | Promise<Actions> {
  if (hook === 'runStart') return callback.runStart?.(context)
  const method = callback[hook] as
    | ((event: Event<K>, context: RunContext) => Actions | Promise<Actions>)
    | undefined
  return method?.call(callback, event, context)
}
