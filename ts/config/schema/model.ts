import * as v from 'valibot'
import { bool, choice, float, int, list, text } from './field.ts'
import { targetField } from './target-field.ts'

export const architectures = ['resnet18', 'resnet34', 'resnet50'] as const

const classOf = (depth: 18 | 34 | 50) => `classifier_training.models.resnet.ResNet${depth}ClassificationModel`

/** Frozen stages by their name in torchvision's ResNet. */
const stages = ['conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'layer4', 'fc'] as const

/** The `model` group: the network, its loss and, as in the Python tree, learning rate and warmup. */
export const modelSchema = v.object({
  _target_: v.optional(
    targetField('The model class, as an alternative to `architecture`.', {
      [classOf(18)]: 'resnet18',
      [classOf(34)]: 'resnet34',
      [classOf(50)]: 'resnet50',
    }),
  ),
  architecture: v.optional(choice('The network.', architectures)),
  name: v.optional(choice('Another word for `architecture`.', architectures)),
  num_classes: v.optional(
    v.nullable(
      int('Number of classes; null takes it from the data, and a number that disagrees is refused.', {
        min: 1,
      }),
    ),
    null,
  ),
  pretrained: v.optional(bool("Start from torchvision's ImageNet weights. `weights` goes before it."), true),
  weights: v.optional(
    v.nullable(text('Initial weights: a .safetensors, .pth or .pt file, or a checkpoint folder.')),
    null,
  ),
  learning_rate: v.optional(float('Peak learning rate.', { above: 0 }), 1e-4),
  weight_decay: v.optional(float('Decoupled weight decay.', { min: 0 }), 1e-4),
  warmup_epochs: v.optional(int('Epochs of linear warmup.', { min: 0 }), 5),
  label_smoothing: v.optional(float('Label smoothing of the loss.', { min: 0, below: 1 }), 0.1),
  warmup_start_factor: v.optional(
    float('Warmup starts at this share of the learning rate.', { above: 0, max: 1 }),
    1e-3,
  ),
  cosine_eta_min_factor: v.optional(
    float('The cosine ends at this share of the learning rate.', { min: 0, max: 1 }),
    0.05,
  ),
  loss_name: v.optional(
    choice('The loss. `logit_adjusted` corrects for class imbalance.', [
      'cross_entropy',
      'focal',
      'logit_adjusted',
    ]),
    'cross_entropy',
  ),
  focal_gamma: v.optional(float('Exponent of the focal loss.', { min: 0 }), 2),
  logit_adjusted_tau: v.optional(float('Strength of the logit adjustment.', { min: 0 }), 1),
  dropout: v.optional(float('Dropout before the last linear layer.', { min: 0, below: 1 }), 0),
  freeze: v.optional(
    list('Stages whose weights stay as they are; their batch norms run in evaluation mode.', {
      expected: `stages (${stages.join(', ')})`,
      json: { enum: stages },
      parse: (input) => stages.find((stage) => stage === input),
    }),
    [],
  ),
  zero_init_residual: v.optional(bool('Start the last batch norm of each residual branch at zero.'), false),
})

/** Which network was named, by whichever of the three keys. */
export const architectureOf = (model: v.InferOutput<typeof modelSchema>) =>
  model.architecture ?? model.name ?? model._target_
