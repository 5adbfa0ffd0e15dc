// Generated from crates/spec by `UPDATE_SPEC=1 cargo test -p classifier-spec`. Do not edit.

export type FaultKind = "config" | "data" | "checkpoint" | "device" | "diverged" | "bug";
export type Fault = { kind: FaultKind, 
/**
 * What is wrong, in one or a few sentences, naming the file, key or tensor.
 */
message: string, 
/**
 * The way out: what to do, type or change next.
 */
hint: string | null, 
/**
 * Machine-readable context (paths, shapes, step, …); `null` where there is none.
 */
details: unknown, };
export type DatasetSpec = { root: string, format: DatasetFormat, on_error: OnError, 
/**
 * Apply the EXIF orientation (Pillow's default loader does not).
 */
exif_transpose: boolean, 
/**
 * Class names in index order; `null` takes them from the train split, sorted by code point.
 */
classes: Array<string> | null, };
export type DatasetFormat = "auto" | "jsonl" | "imagefolder" | "csv" | "webdataset";
export type OnError = "raise" | "skip";
export type Split = "train" | "val" | "test";
export type LoaderSpec = { transforms: Array<Transform>, batch_size: number, 
/**
 * Decode threads; 0 decodes on the caller's thread.
 */
num_workers: number, 
/**
 * Batches kept ready per worker.
 */
prefetch_factor: number, drop_last: boolean, sampler: SamplerSpec, cache: CacheSpec, 
/**
 * At most this many batches an epoch; `null` is all.
 */
limit_batches: number | null, };
export type SamplerSpec = { "kind": "sequential" } | { "kind": "shuffle" } | { "kind": "weighted", class_weights: Array<number>, num_samples: number | null, replacement: boolean, };
export type CacheSpec = { kind: CacheKind, 
/**
 * Upper bound in bytes; `null` lets the loader choose from the free memory or disk.
 */
budget_bytes: number | null, };
export type CacheKind = "off" | "ram" | "disk" | "auto";
export type DatasetSummary = { 
/**
 * Absolute path.
 */
root: string, format: DatasetFormat, 
/**
 * Class names in index order.
 */
classes: Array<string>, splits: Array<SplitSummary>, 
/**
 * SHA-256 over the sorted (split, relative path, label, file size) rows: changes when the data set does.
 */
fingerprint: string, 
/**
 * One counted line for each kind of oddity (empty labels dropped, unknown labels skipped, duplicates, …).
 */
warnings: Array<string>, };
export type SplitSummary = { split: Split, 
/**
 * The folder's name as found (`valid` or `val`).
 */
folder: string, 
/**
 * Samples kept: rows with a usable label.
 */
samples: number, 
/**
 * Different image files among them.
 */
images: number, 
/**
 * Samples of each class, in class order.
 */
per_class: Array<number>, empty_labels: number, unknown_labels: number, 
/**
 * The names of the unknown labels with their counts, most frequent first.
 */
unknown: Array<LabelCount>, duplicates: number, };
export type LabelCount = { label: string, count: number, };
export type ModelSpec = { architecture: Architecture, num_classes: number, 
/**
 * Initial weights: a `.safetensors`, `.pth`, `.pt` file or a checkpoint folder; `null` initialises as torchvision does.
 */
weights: string | null, 
/**
 * Probability before the last linear layer.
 */
dropout: number, 
/**
 * Name prefixes of frozen stages (`conv1`, `layer1`, …); their batch norms run in evaluation mode.
 */
freeze: Array<string>, 
/**
 * Start the last batch norm of each residual branch at zero.
 */
zero_init_residual: boolean, };
export type Architecture = "resnet18" | "resnet34" | "resnet50";
export type LossSpec = { "kind": "cross_entropy", label_smoothing: number, class_weights: Array<number> | null, } | { "kind": "focal", gamma: number, label_smoothing: number, class_weights: Array<number> | null, } | { "kind": "logit_adjusted", tau: number, label_smoothing: number, class_frequencies: Array<number>, };
export type OptimizerSpec = { rule: OptimizerRule, learning_rate: number, weight_decay: number, 
/**
 * Leave norms and biases out of weight decay.
 */
no_decay_norm_bias: boolean, 
/**
 * Learning rate of the last linear layer, as a multiple of `learning_rate`.
 */
head_lr_multiplier: number, 
/**
 * Sharpness-aware minimisation around the rule.
 */
sam: SamSpec | null, };
export type OptimizerRule = { "kind": "adamw", beta1: number, beta2: number, eps: number, } | { "kind": "sgd", momentum: number, dampening: number, nesterov: boolean, };
export type SamSpec = { rho: number, adaptive: boolean, };
export type ScheduleSpec = { interval: ScheduleInterval, 
/**
 * Linear warmup (`LinearLR(start_factor, total_iters)`), in units of `interval`; 0 is none.
 */
warmup: number, warmup_start_factor: number, curve: ScheduleCurve, 
/**
 * Length of the whole schedule, warmup included, in units of `interval`.
 */
total: number, };
export type ScheduleInterval = "epoch" | "step";
export type ScheduleCurve = { "kind": "constant" } | { "kind": "cosine", eta_min_factor: number, } | { "kind": "step", step_size: number, gamma: number, } | { "kind": "multistep", milestones: Array<number>, gamma: number, } | { "kind": "one_cycle", max_factor: number, pct_start: number, div_factor: number, final_div_factor: number, } | { "kind": "polynomial", power: number, };
export type EmaSpec = { decay: number, warmup_steps: number, };
export type ClipSpec = { algorithm: ClipAlgorithm, value: number, };
export type ClipAlgorithm = "norm" | "value";
export type MixSpec = { 
/**
 * Beta(α, α) of MixUp; `null` is off.
 */
mixup_alpha: number | null, cutmix_alpha: number | null, 
/**
 * Probability that a batch is mixed at all.
 */
probability: number, 
/**
 * No mixing from this epoch on; `null` is never off.
 */
off_epoch: number | null, };
export type Plan = { 
/**
 * 0 … 2^53 − 1; every random draw is a function of it and of its own position.
 */
seed: number, model: ModelSpec, machine: MachineSpec, train: TrainSpec, 
/**
 * Loader of the train split.
 */
train_loader: LoaderSpec, 
/**
 * Loader of the validation and test splits.
 */
eval_loader: LoaderSpec, };
export type TrainSpec = { max_epochs: number, loss: LossSpec, optimizer: OptimizerSpec, schedule: ScheduleSpec, ema: EmaSpec | null, clip: ClipSpec | null, 
/**
 * Micro-batches per optimizer step; the last window of an epoch may be shorter.
 */
accumulate: number, mix: MixSpec | null, };
export type MachineSpec = { device: DeviceSpec, precision: Precision, channels_last: boolean, 
/**
 * Intra-op threads; `null` lets the engine choose beside the decode threads.
 */
threads: number | null, deterministic: boolean, 
/**
 * cuDNN autotuning.
 */
benchmark: boolean, 
/**
 * TF32 matrix products on CUDA.
 */
tf32: boolean, pin_memory: boolean, 
/**
 * Check every step's loss and stop on the first that is not finite.
 */
detect_anomaly: boolean, };
export type DeviceSpec = { "kind": "auto" } | { "kind": "cpu" } | { "kind": "cuda", index: number, } | { "kind": "mps" };
export type Precision = "32" | "bf16-mixed" | "16-mixed";
export type OpenReport = { 
/**
 * For people: `cpu (2 threads)`, `cuda:0 Tesla T4`.
 */
device: string, 
/**
 * What runs, which may differ from what was asked for; the difference is in `notes`.
 */
precision: Precision, channels_last: boolean, parameters: Array<ParameterInfo>, train_batches: number, 
/**
 * Optimizer steps of one epoch.
 */
steps_per_epoch: number, val_batches: number, test_batches: number, 
/**
 * Height and width of what the model sees.
 */
input_hw: [number, number], mean: [number, number, number], std: [number, number, number], 
/**
 * Lines for the user (head replaced, precision lowered, …).
 */
notes: Array<string>, };
export type ParameterInfo = { name: string, shape: Array<number>, trainable: boolean, };
export type Position = { epoch: number, 
/**
 * Micro-batches of this epoch already trained.
 */
batch: number, 
/**
 * Optimizer steps done since the start.
 */
step: number, };
export type TrainReport = { position: Position, 
/**
 * The epoch that the span belongs to.
 */
epoch: number, 
/**
 * The span ended the epoch; `position` is then batch 0 of the next.
 */
epoch_done: boolean, 
/**
 * `stop()` ended the span early.
 */
stopped: boolean, 
/**
 * This span's sums.
 */
span: TrainSums, 
/**
 * The epoch's sums so far (of this epoch's batches, also those before a resume).
 */
epoch_so_far: TrainSums, 
/**
 * Of the last micro-batch or optimizer step of the span.
 */
last: TrainLast, 
/**
 * Images drawn of each class in the epoch so far.
 */
drawn_per_class: Array<number>, 
/**
 * Images that could not be read and were replaced (`on_error: skip`), in the epoch so far.
 */
skipped_images: Array<SkippedImage>, ledger: Ledger, };
export type TrainSums = { images: number, 
/**
 * Σ loss · images: the mean loss is this over `images`.
 */
loss_sum: number, correct_top1: number, steps: number, 
/**
 * Steps that the gradient scaler skipped.
 */
skipped_steps: number, };
export type TrainLast = { loss: number, 
/**
 * Share of the last micro-batch that was right.
 */
acc_top1: number, 
/**
 * Learning rate of the step that was last taken.
 */
learning_rate: number, 
/**
 * Total gradient norm before clipping; `null` when clipping by value or not at all.
 */
grad_norm: number | null, ema_decay: number | null, loss_scale: number | null, };
export type SkippedImage = { path: string, reason: string, };
export type Ledger = { 
/**
 * The engine waited for a batch.
 */
wait_data_s: number, 
/**
 * Forward, backward, optimizer, EMA.
 */
step_s: number, validation_s: number, 
/**
 * Training waited for a checkpoint: its copy in memory, and a disk that was still busy with the one before.
 */
checkpoint_s: number, 
/**
 * Checkpoints on their way to the disk, beside training.
 */
checkpoint_write_s: number, 
/**
 * Sums over the decode threads, not wall time.
 */
decode_cpu_s: number, transform_cpu_s: number, 
/**
 * When the session's first optimizer step was done, in milliseconds since 1970.
 */
first_step_unix_ms: number | null, };
export type Weights = "raw" | "ema" | "auto";
export type EvaluateRequest = { split: Split, weights: Weights, 
/**
 * At most this many batches; `null` is all.
 */
limit_batches: number | null, };
export type EvaluateReport = { split: Split, weights: Weights, images: number, 
/**
 * The training loss (weights, smoothing) over the split.
 */
loss: number, 
/**
 * Plain mean negative log-likelihood.
 */
nll: number, acc_top1: number, 
/**
 * Top-min(5, classes).
 */
acc_top5: number, per_class: Array<ClassReport>, f1_macro: number, f1_micro: number, precision_macro: number, recall_macro: number, 
/**
 * One-vs-rest, mean over all classes; one without positives or negatives counts 0, as in torchmetrics.
 */
auroc_macro: number | null, 
/**
 * Expected calibration error, 15 equal-width bins.
 */
ece: number, stopped: boolean, seconds: number, };
export type OperatorTime = { 
/**
 * As libtorch names it; `own::…` for the engine's own kernels.
 */
name: string, calls: number, 
/**
 * Of all calls together, without the operators that it called.
 */
self_ms: number, };
export type ClassReport = { support: number, predicted: number, correct: number, precision: number, recall: number, f1: number, auroc: number | null, };
export type HeatMapRequest = { split: Split, 
/**
 * Indices within the split.
 */
samples: Array<number>, 
/**
 * The class that each map speaks of; `null` is the predicted one.
 */
targets: Array<number> | null, 
/**
 * Where the network is cut (`layer1` … `layer4`); `null` is the deepest place whose map has 4 cells each way.
 */
layer: string | null, weights: Weights, };
export type HeatMapReport = { layer: string, 
/**
 * Height and width of what the network saw.
 */
input_hw: [number, number], map_hw: [number, number], 
/**
 * The class that each map speaks of.
 */
targets: Array<number>, };
export type SaveRequest = { 
/**
 * Folder to create; its parent exists.
 */
directory: string, 
/**
 * The weights that `model.safetensors` holds: what was scored.
 */
scored: Weights, 
/**
 * Only the model, nothing to resume from.
 */
weights_only: boolean, 
/**
 * The caller's own state (history, callbacks, class list, resolved config), stored in `state.json` as it is.
 */
state: unknown, };
export type SaveReport = { directory: string, weights_sha256: string, bytes: number, seconds: number, };
export type LoadReport = { position: Position, state: unknown, weights_sha256: string, };
export type InspectReport = { position: Position, 
/**
 * SHA-256 over the raw model's tensors in name order (name, dtype, shape, little-endian bytes).
 */
weights_sha256: string, ema_sha256: string | null, ledger: Ledger, peak_rss_mb: number, peak_device_mb: number | null, };
export type ExportRequest = { 
/**
 * File to write; its folder exists. What is there already stays until the new file is whole.
 */
path: string, 
/**
 * 13 … 21.
 */
opset: number, 
/**
 * Write each batch norm into the convolution before it.
 */
fold_bn: boolean, weights: Weights, 
/**
 * Height and width of the input; `null` leaves them open.
 */
input_hw: [number, number] | null, 
/**
 * A second file that takes images as they are.
 */
uint8: Uint8Export | null, 
/**
 * Class names in index order, stored in the metadata of both files as a JSON array under `labels`.
 */
labels: Array<string>, 
/**
 * More metadata of both files.
 */
metadata: { [key in string]: string }, 
/**
 * Images to answer the way the files should, for a check: the first of the validation split, or of another split,
 * or noise where there is no data. 0 leaves the check out.
 */
check_images: number, };
export type Uint8Export = { path: string, preprocessing: ExportPreprocessing, };
export type ExportPreprocessing = { 
/**
 * One number (the shorter side) or [height, width].
 */
resize: Array<number> | null, antialias: boolean, 
/**
 * [height, width].
 */
crop: [number, number] | null, mean: [number, number, number], std: [number, number, number], };
export type ExportReport = { model: ExportedFile, uint8: ExportedFile | null, 
/**
 * What was written, raw or EMA.
 */
weights: Weights, 
/**
 * [n, 3, height, width] of the check's inputs; n is 0 without a check.
 */
check_shape: [number, number, number, number], seconds: number, };
export type ExportedFile = { path: string, bytes: number, sha256: string, };
export type Progress = { phase: Phase, epoch: number, batch: number, batches: number, images: number, };
export type Phase = "idle" | "train" | "evaluate" | "save";
export type LogLine = { 
/**
 * `trace`, `debug`, `info`, `warn` or `error`.
 */
level: string, 
/**
 * Milliseconds since the Unix epoch.
 */
time_ms: number, 
/**
 * The module that wrote it.
 */
target: string, message: string, context: Record<string, unknown>, };
export type Interpolation = "nearest" | "nearest_exact" | "bilinear" | "bicubic";
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";
export type AutoAugmentPolicy = "imagenet" | "cifar10" | "svhn";
export type Dtype = "uint8" | "float16" | "bfloat16" | "float32" | "float64";
export type Transform = { "kind": "compose", transforms: Array<Transform>, } | { "kind": "random_apply", transforms: Array<Transform>, p: number, } | { "kind": "random_choice", transforms: Array<Transform>, 
/**
 * A weight for each; they need not sum to one. `null`: all alike.
 */
p: Array<number> | null, } | { "kind": "random_order", transforms: Array<Transform>, } | { "kind": "identity", } | { "kind": "resize", 
/**
 * One number (the shorter side), [height, width], or empty: only `max_size` counts.
 */
size: Array<number>, interpolation: Interpolation, max_size: number | null, antialias: boolean, } | { "kind": "center_crop", 
/**
 * [height, width].
 */
size: [number, number], } | { "kind": "random_crop", 
/**
 * [height, width].
 */
size: [number, number], 
/**
 * [left, top, right, bottom]; negative values crop.
 */
padding: [number, number, number, number] | null, pad_if_needed: boolean, fill: [number, number, number] | null, padding_mode: PaddingMode, } | { "kind": "random_resized_crop", 
/**
 * [height, width].
 */
size: [number, number], scale: [number, number], ratio: [number, number], interpolation: Interpolation, antialias: boolean, } | { "kind": "pad", 
/**
 * [left, top, right, bottom]; negative values crop.
 */
padding: [number, number, number, number], fill: [number, number, number] | null, padding_mode: PaddingMode, } | { "kind": "random_horizontal_flip", p: number, } | { "kind": "random_vertical_flip", p: number, } | { "kind": "random_rotation", 
/**
 * [lowest, highest], counter-clockwise.
 */
degrees: [number, number], interpolation: Interpolation, expand: boolean, 
/**
 * [x, y] in pixels from the upper left corner; `null` is the middle.
 */
center: [number, number] | null, fill: [number, number, number] | null, } | { "kind": "random_affine", 
/**
 * [lowest, highest], clockwise.
 */
degrees: [number, number], 
/**
 * Largest shift as a share of [width, height].
 */
translate: [number, number] | null, scale: [number, number] | null, 
/**
 * [x lowest, x highest, y lowest, y highest] in degrees. Two numbers of Python mean x only: y is [0, 0].
 */
shear: [number, number, number, number] | null, interpolation: Interpolation, fill: [number, number, number] | null, 
/**
 * [x, y] in pixels from the upper left corner; `null` is the middle.
 */
center: [number, number] | null, } | { "kind": "random_perspective", distortion_scale: number, p: number, interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "elastic_transform", 
/**
 * [x, y].
 */
alpha: [number, number], 
/**
 * [x, y].
 */
sigma: [number, number], interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "random_zoom_out", fill: [number, number, number] | null, side_range: [number, number], p: number, } | { "kind": "scale_jitter", 
/**
 * [height, width].
 */
target_size: [number, number], scale_range: [number, number], interpolation: Interpolation, antialias: boolean, } | { "kind": "random_shortest_size", min_size: Array<number>, max_size: number | null, interpolation: Interpolation, antialias: boolean, } | { "kind": "color_jitter", 
/**
 * [lowest, highest] factor.
 */
brightness: [number, number] | null, contrast: [number, number] | null, saturation: [number, number] | null, 
/**
 * [lowest, highest] shift, in turns of the colour circle.
 */
hue: [number, number] | null, } | { "kind": "random_photometric_distort", brightness: [number, number], contrast: [number, number], saturation: [number, number], hue: [number, number], p: number, } | { "kind": "random_channel_permutation", } | { "kind": "grayscale", 
/**
 * 1 or 3; the engine's images have three channels, so both give three equal ones.
 */
num_output_channels: number, } | { "kind": "random_grayscale", p: number, } | { "kind": "rgb", } | { "kind": "gaussian_blur", 
/**
 * [x, y], odd.
 */
kernel_size: [number, number], sigma: [number, number], } | { "kind": "gaussian_noise", 
/**
 * On the 0–1 scale, like `sigma`.
 */
mean: number, sigma: number, clip: boolean, } | { "kind": "random_invert", p: number, } | { "kind": "random_posterize", bits: number, p: number, } | { "kind": "random_solarize", threshold: number, p: number, } | { "kind": "random_adjust_sharpness", sharpness_factor: number, p: number, } | { "kind": "random_autocontrast", p: number, } | { "kind": "random_equalize", p: number, } | { "kind": "jpeg", 
/**
 * [lowest, highest] quality, both possible.
 */
quality: [number, number], } | { "kind": "random_erasing", p: number, scale: [number, number], ratio: [number, number], 
/**
 * A colour in the units of the place where it stands (after `Normalize`: normalised); `null` is Python's
 * `"random"`: standard normal noise.
 */
value: [number, number, number] | null, } | { "kind": "auto_augment", policy: AutoAugmentPolicy, interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "rand_augment", num_ops: number, magnitude: number, num_magnitude_bins: number, interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "trivial_augment_wide", num_magnitude_bins: number, interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "aug_mix", severity: number, mixture_width: number, 
/**
 * −1 draws 1 … 3.
 */
chain_depth: number, alpha: number, all_ops: boolean, interpolation: Interpolation, fill: [number, number, number] | null, } | { "kind": "normalize", mean: [number, number, number], std: [number, number, number], } | { "kind": "to_image", } | { "kind": "pil_to_tensor", } | { "kind": "to_tensor", } | { "kind": "to_dtype", dtype: Dtype, scale: boolean, } | { "kind": "convert_image_dtype", dtype: Dtype, } | { "kind": "to_pure_tensor", } | { "kind": "random_jpeg_compression", quality_min: number, quality_max: number, p: number, } | { "kind": "random_pixelate", scale_min: number, scale_max: number, p: number, } | { "kind": "random_bilinear_downscale", scale_min: number, scale_max: number, p: number, } | { "kind": "random_gaussian_noise", sigma_min: number, sigma_max: number, p: number, } | { "kind": "broadcast_zoom_out", min_scale: number, max_scale: number, fill_color: [number, number, number], p: number, } | { "kind": "broadcast_zoom_in", min_scale: number, max_scale: number, p: number, } | { "kind": "to_float32_tensor", scale: boolean, };
