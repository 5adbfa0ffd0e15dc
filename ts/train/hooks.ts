import type { Action, Actions, Callback, RunContext } from './callback.ts'

type Hook = 'runStart' | 'span' | 'validationEnd' | 'epochEnd' | 'runEnd' | 'runFailed'
type Event<K extends Hook> = K extends 'runStart' ? undefined : Parameters<NonNullable<Callback[K]>>[0]

/** Asks every callback and gathers what they want done. */
export class Hooks {
  /** With the key of its state: `model_checkpoint`; of a second one of that name `model_checkpoint#2`. */
  #callbacks: readonly (readonly [key: string, callback: Callback])[]
  readonly #seconds = new Map<string, number>()
  #elapsed = 0

  constructor(callbacks: readonly Callback[]) {
    this.#callbacks = keyed(callbacks)
  }

  /**
   * An observer that throws is reported and asked no more; a controller's failure is the run's. Observers that take their
   * time are not waited for before the next is asked: pictures are packed beside one another. Actions keep the order of the
   * callbacks.
   */
  async ask<K extends Hook>(hook: K, event: Event<K>, context: RunContext): Promise<Action[]> {
    const began = performance.now()
    const answers: Promise<Actions>[] = []
    try {
      for (const [key, callback] of this.#callbacks) {
        const answer = this.#answer(key, callback, hook, event, context)
        if (callback.role === 'controller') await answer
        answers.push(answer)
      }
    } finally {
      await Promise.all(answers)
      this.#elapsed += (performance.now() - began) / 1000
    }
    return (await Promise.all(answers)).flatMap((actions) => actions ?? [])
  }

  async #answer<K extends Hook>(
    key: string,
    callback: Callback,
    hook: K,
    event: Event<K>,
    context: RunContext,
  ): Promise<Actions> {
    const began = performance.now()
    try {
      return await call(callback, hook, event, context)
    } catch (error) {
      if (callback.role === 'controller') throw error
      this.#callbacks = this.#callbacks.filter(([other]) => other !== key)
      context.logger.warn(`callback ${callback.name} failed and is off for the rest of the run`, {
        hook,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      return undefined
    } finally {
      const seconds = (performance.now() - began) / 1000
      this.#seconds.set(callback.name, (this.#seconds.get(callback.name) ?? 0) + seconds)
    }
  }

  /** Seconds that the run has waited for callbacks. */
  get elapsed(): number {
    return this.#elapsed
  }

  /** Seconds that each callback has taken so far, by name; several may have worked at the same time. */
  get seconds(): ReadonlyMap<string, number> {
    return this.#seconds
  }

  /** Step intervals at which some callback wants a span to end. */
  intervals(): number[] {
    return this.#callbacks.flatMap(([, callback]) => callback.stepInterval ?? [])
  }

  /** What each callback wants kept, by its key. */
  state(): Record<string, unknown> {
    return Object.fromEntries(
      this.#callbacks.flatMap(([key, callback]) => {
        const state = callback.state?.()
        return state === undefined ? [] : [[key, state]]
      }),
    )
  }

  /** Gives each callback its state back; one that is new in the configuration starts afresh. */
  restore(states: Readonly<Record<string, unknown>>): void {
    const known = new Map([...keyedByPlace(states), ...Object.entries(states)])
    for (const [key, callback] of this.#callbacks) {
      const state = known.get(key)
      if (state !== undefined) callback.restore?.(state)
    }
  }
}

/** Each with its name; from the second of a name on with its number. */
function keyed<T extends { readonly name: string }>(named: readonly T[]): [key: string, value: T][] {
  const seen = new Map<string, number>()
  return named.map((value) => {
    const nth = (seen.get(value.name) ?? 0) + 1
    seen.set(value.name, nth)
    return [nth === 1 ? value.name : `${value.name}#${nth}`, value]
  })
}

/** States of checkpoints that say place and name, `3:model_checkpoint`, by the keys of today. */
function keyedByPlace(states: Readonly<Record<string, unknown>>): [key: string, state: unknown][] {
  const placed = Object.entries(states).flatMap(([key, state]) => {
    const [, place, name] = /^(\d+):(.+)$/.exec(key) ?? []
    return name === undefined ? [] : [{ place: Number(place), name, state }]
  })
  placed.sort((a, b) => a.place - b.place)
  return keyed(placed).map(([key, { state }]) => [key, state])
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
