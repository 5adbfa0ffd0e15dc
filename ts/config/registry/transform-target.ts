import type * as v from 'valibot'
import type { Transform } from '../../native/spec.d.ts'
import type { Target } from '../target.ts'

/** MixUp and CutMix in a list of transforms: they act on batches and end up in the plan's `mix`. */
export type BatchMix =
  | { readonly kind: 'mix_up'; alpha: number }
  | { readonly kind: 'cut_mix'; alpha: number }

/** One step of a configured pipeline. */
export type PipelineStep = Transform | BatchMix

export type Kind = PipelineStep['kind']
/** What a step of this kind holds besides its kind. */
export type OptionsOf<K extends Kind> = Omit<Extract<PipelineStep, { kind: K }>, 'kind'>

/** A schema whose output is a step of this kind without its kind. */
export type OptionsSchema<K extends Kind> = v.GenericSchema<unknown, OptionsOf<K>>

/** A transform that a configuration may name. */
export interface TransformTarget<K extends Kind = Kind, Schema extends OptionsSchema<K> = OptionsSchema<K>>
  extends Target {
  readonly kind: K
  readonly schema: Schema
  /** Its argument `transforms` is a list of steps. */
  readonly container: boolean
}

/** Declares torchvision's class of that name; `aliases` are further Python paths. */
export function torchvision<K extends Kind, Schema extends OptionsSchema<K>>(
  kind: K,
  className: string,
  schema: Schema,
  extra: { readonly container?: boolean; readonly aliases?: readonly string[] } = {},
): TransformTarget<K, Schema> {
  const aliases = [`torchvision.transforms.v2.${className}`, className, ...(extra.aliases ?? [])]
  return { name: kind, kind, aliases, schema, container: extra.container ?? false }
}

/** Declares a class of `classifier_training.transforms`. */
export function broadcast<K extends Kind, Schema extends OptionsSchema<K>>(
  kind: K,
  className: string,
  schema: Schema,
): TransformTarget<K, Schema> {
  return {
    name: kind,
    kind,
    aliases: [`classifier_training.transforms.${className}`],
    schema,
    container: false,
  }
}
