import * as v from 'valibot'
import type { MapNode } from '../node.ts'
import { type Config, configSchema } from './config.ts'
import { schemaAt } from './entries.ts'
import { lower } from './lower.ts'
import { nodeAt } from './read.ts'
import { Report } from './report.ts'
import { show } from './show.ts'

interface ConditionalKey {
  readonly key: string
  /** Whether this configuration reads the key; otherwise why it does not. */
  readonly unread: (config: Config) => string | false
}

const loss = (key: string, name: string): ConditionalKey => ({
  key,
  unread: ({ model }) => model.loss_name !== name && `model.loss_name is ${model.loss_name}`,
})

const rule = (config: Config): string => {
  const name = config.optimizer.name ?? config.optimizer._target_ ?? 'adamw'
  return name === 'sam' || name === 'asam' ? config.optimizer.base : name
}

const optimizer = (key: string, name: string): ConditionalKey => ({
  key: `optimizer.${key}`,
  unread: (config) => rule(config) !== name && `the optimizer is ${rule(config)}`,
})

const sharpness = (key: string): ConditionalKey => ({
  key: `optimizer.${key}`,
  unread: ({ optimizer: { name, _target_ } }) =>
    name !== 'sam' && name !== 'asam' && `the optimizer is ${name ?? _target_ ?? 'adamw'}`,
})

const scheduler = (key: string, ...names: string[]): ConditionalKey => ({
  key: `scheduler.${key}`,
  unread: ({ scheduler: { name } }) => !names.includes(name) && `scheduler.name is ${name}`,
})

const sampler = (key: string, ...modes: string[]): ConditionalKey => ({
  key: `data.sampler.${key}`,
  unread: ({ data }) => !modes.includes(data.sampler.mode) && `data.sampler.mode is ${data.sampler.mode}`,
})

const mixing = (key: string): ConditionalKey => ({
  key: `mix.${key}`,
  unread: ({ mix, transforms }) =>
    mix.mixup_alpha === null &&
    mix.cutmix_alpha === null &&
    !transforms.train?.some((step) => step.kind === 'mix_up' || step.kind === 'cut_mix') &&
    'neither MixUp nor CutMix is on',
})

const conditionalKeys: readonly ConditionalKey[] = [
  loss('model.focal_gamma', 'focal'),
  loss('model.logit_adjusted_tau', 'logit_adjusted'),
  {
    key: 'model.cosine_eta_min_factor',
    unread: ({ scheduler: { name, eta_min_factor } }) => {
      if (name !== 'cosine') return `scheduler.name is ${name}`
      return eta_min_factor !== null && 'scheduler.eta_min_factor says it'
    },
  },
  {
    key: 'model.learning_rate',
    unread: ({ optimizer: { lr, learning_rate } }) =>
      (lr !== null || learning_rate !== null) && 'the optimizer group says it',
  },
  {
    key: 'model.weight_decay',
    unread: ({ optimizer: { weight_decay } }) => weight_decay !== null && 'optimizer.weight_decay says it',
  },
  {
    key: 'model.warmup_epochs',
    unread: ({ scheduler: { name, warmup_epochs, warmup_steps } }) => {
      if (name === 'one_cycle') return 'one_cycle has a rise of its own'
      return (warmup_epochs !== null || warmup_steps !== null) && 'the scheduler group says it'
    },
  },
  optimizer('betas', 'adamw'),
  optimizer('eps', 'adamw'),
  optimizer('momentum', 'sgd'),
  optimizer('dampening', 'sgd'),
  optimizer('nesterov', 'sgd'),
  sharpness('rho'),
  sharpness('base'),
  scheduler('eta_min_factor', 'cosine'),
  scheduler('step_size', 'step'),
  scheduler('gamma', 'step', 'multistep'),
  scheduler('milestones', 'multistep'),
  scheduler('max_factor', 'one_cycle'),
  scheduler('pct_start', 'one_cycle'),
  scheduler('div_factor', 'one_cycle'),
  scheduler('final_div_factor', 'one_cycle'),
  scheduler('power', 'polynomial'),
  sampler('class_weights', 'manual'),
  sampler('num_samples', 'auto', 'manual'),
  sampler('replacement', 'auto', 'manual'),
  {
    key: 'data.shuffle',
    unread: ({ data }) => data.sampler.mode !== 'disabled' && 'data.sampler draws the images',
  },
  { key: 'data.cache_type', unread: ({ data }) => !data.use_cache && 'data.use_cache is false' },
  { key: 'data.cache_budget_mb', unread: ({ data }) => !data.use_cache && 'data.use_cache is false' },
  { key: 'data.persistent_workers', unread: () => 'workers always live across epochs' },
  { key: 'data.prefetch_factor', unread: ({ data }) => data.num_workers === 0 && 'data.num_workers is 0' },
  mixing('probability'),
  mixing('off_epoch'),
  {
    key: 'trainer.gradient_clip_algorithm',
    unread: ({ trainer }) => trainer.gradient_clip_val === null && 'gradients are not clipped',
  },
  { key: 'trainer.default_root_dir', unread: () => 'the run folder is hydra.run.dir' },
]

/** Warns of keys that were set to something of their own but that nothing reads in this configuration. */
export function warnOfUnread(config: Config, tree: MapNode, report: Report): void {
  for (const { key, unread } of conditionalKeys) {
    const path = key.split('.')
    const node = nodeAt(tree, path)
    if (node === undefined) continue
    const reason = unread(config)
    if (reason === false || isDefault(path, lower(node, key, new Report()))) continue
    const message = `${show(lower(node, key, new Report()))} is not used: ${reason}`
    report.warning({ key, message, place: node.place })
  }
}

/** Trees spell defaults out; saying the default of a key that is not read misleads nobody. */
function isDefault(path: readonly string[], value: unknown): boolean {
  const schema = schemaAt(configSchema, path)
  if (schema === undefined) return false
  const given = v.safeParse(schema, value)
  const initial = v.safeParse(schema, undefined)
  return given.success && initial.success && JSON.stringify(given.output) === JSON.stringify(initial.output)
}
