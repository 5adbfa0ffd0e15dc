import { expect, test } from 'bun:test'
import type * as v from 'valibot'
import type { RunOptions } from '../../ts/config/plan/index.ts'
import type { OptionsOf } from '../../ts/config/registry/transform-target.ts'
import type { allTransforms } from '../../ts/config/registry/transform-targets.ts'
import type { dataSchema } from '../../ts/config/schema/data.ts'
import type { emaSchema } from '../../ts/config/schema/ema.ts'
import type { mixSchema } from '../../ts/config/schema/mix.ts'
import { architectures, type modelSchema } from '../../ts/config/schema/model.ts'
import type {
  Architecture,
  CacheKind,
  DatasetFormat,
  EmaSpec,
  MixSpec,
  OnError,
  Transform,
} from '../../ts/native/spec.d.ts'
import type { LoopOptions } from '../../ts/train/loop-options.ts'

/** Both directions, invariantly: neither type has a member, key or optionality that the other lacks. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Flat<T> = { [K in keyof T]: T[K] }
const proven = <Proof extends true>(proof: Proof) => expect<boolean>(proof).toBe(true)

type Out<Schema extends v.GenericSchema> = v.InferOutput<Schema>
type Model = Out<typeof modelSchema>
type Data = Out<typeof dataSchema>

test('schemas and the boundary agree, both ways', () => {
  proven<Same<Flat<Out<typeof emaSchema>>, Flat<EmaSpec>>>(true)
  proven<Same<Flat<Out<typeof mixSchema>>, Flat<MixSpec>>>(true)
  proven<Same<(typeof architectures)[number], Architecture>>(true)
  proven<Same<NonNullable<Model['architecture']>, Architecture>>(true)
  proven<Same<Data['format'], DatasetFormat>>(true)
  proven<Same<Data['on_error'], OnError>>(true)
  proven<Same<Data['cache_type'] | 'off', CacheKind>>(true)
})

type Targets = (typeof allTransforms)[number]
/** Each transform's parsed arguments are exactly the boundary's fields: kinds for which that fails. */
type Unequal = {
  [T in Targets as T['kind']]: Same<Flat<Out<T['schema']>>, Flat<OptionsOf<T['kind']>>> extends true
    ? never
    : T['kind']
}[Targets['kind']]

test('every transform of the boundary can be named, and no other', () => {
  proven<Same<Targets['kind'], Transform['kind'] | 'mix_up' | 'cut_mix'>>(true)
  proven<Same<Unequal, never>>(true)
})

test('the loop takes the run options as they are', () => {
  proven<RunOptions extends LoopOptions ? true : never>(true)
  expect(architectures).toHaveLength(3)
})
