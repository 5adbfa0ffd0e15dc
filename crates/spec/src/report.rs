//! What the engine answers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Precision, Split};

/// Answer of `Session.open`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenReport {
    /// For people: `cpu (2 threads)`, `cuda:0 Tesla T4`.
    pub device: String,
    /// What runs, which may differ from what was asked for; the difference is in `notes`.
    pub precision: Precision,
    pub channels_last: bool,
    pub parameters: Vec<ParameterInfo>,
    #[ts(type = "number")]
    pub train_batches: u64,
    /// Optimizer steps of one epoch.
    #[ts(type = "number")]
    pub steps_per_epoch: u64,
    #[ts(type = "number")]
    pub val_batches: u64,
    #[ts(type = "number")]
    pub test_batches: u64,
    /// Height and width of what the model sees.
    pub input_hw: [u32; 2],
    pub mean: [f64; 3],
    pub std: [f64; 3],
    /// Lines for the user (head replaced, precision lowered, …).
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParameterInfo {
    pub name: String,
    pub shape: Vec<u32>,
    pub trainable: bool,
}

/// Where the run stands. `epoch` and `batch` name the next batch to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Position {
    pub epoch: u32,
    /// Micro-batches of this epoch already trained.
    pub batch: u32,
    /// Optimizer steps done since the start.
    #[ts(type = "number")]
    pub step: u64,
}

/// Answer of `Session.train`: one span, which never crosses the end of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TrainReport {
    pub position: Position,
    /// The epoch that the span belongs to.
    pub epoch: u32,
    /// The span ended the epoch; `position` is then batch 0 of the next.
    pub epoch_done: bool,
    /// `stop()` ended the span early.
    pub stopped: bool,
    /// This span's sums.
    pub span: TrainSums,
    /// The epoch's sums so far (of this epoch's batches, also those before a resume).
    pub epoch_so_far: TrainSums,
    /// Of the last micro-batch or optimizer step of the span.
    pub last: TrainLast,
    /// Images drawn of each class in the epoch so far.
    pub drawn_per_class: Vec<u32>,
    /// Images that could not be read and were replaced (`on_error: skip`), in the epoch so far.
    pub skipped_images: Vec<SkippedImage>,
    pub ledger: Ledger,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct TrainSums {
    #[ts(type = "number")]
    pub images: u64,
    /// Σ loss · images: the mean loss is this over `images`.
    pub loss_sum: f64,
    #[ts(type = "number")]
    pub correct_top1: u64,
    #[ts(type = "number")]
    pub steps: u64,
    /// Steps that the gradient scaler skipped.
    #[ts(type = "number")]
    pub skipped_steps: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct TrainLast {
    pub loss: f64,
    /// Share of the last micro-batch that was right.
    pub acc_top1: f64,
    /// Learning rate of the step that was last taken.
    pub learning_rate: f64,
    /// Total gradient norm before clipping; `null` when clipping by value or not at all.
    pub grad_norm: Option<f64>,
    pub ema_decay: Option<f64>,
    pub loss_scale: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SkippedImage {
    pub path: String,
    pub reason: String,
}

/// Seconds of wall time by what they went to, since the session was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Ledger {
    /// The engine waited for a batch.
    pub wait_data_s: f64,
    /// Forward, backward, optimizer, EMA.
    pub step_s: f64,
    pub validation_s: f64,
    /// Training waited for a checkpoint: its copy in memory, and a disk that was still busy with the one before.
    pub checkpoint_s: f64,
    /// Checkpoints on their way to the disk, beside training.
    pub checkpoint_write_s: f64,
    /// Sums over the decode threads, not wall time.
    pub decode_cpu_s: f64,
    pub transform_cpu_s: f64,
    /// When the session's first optimizer step was done, in milliseconds since 1970.
    pub first_step_unix_ms: Option<f64>,
}

/// Which weights a verb works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    Raw,
    Ema,
    /// EMA where it is on, else raw.
    Auto,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EvaluateRequest {
    pub split: Split,
    pub weights: Weights,
    /// At most this many batches; `null` is all.
    pub limit_batches: Option<u32>,
}

/// Answer of `Session.evaluate`; the per-image arrays come beside it as typed arrays ([`EvaluateArrays`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EvaluateReport {
    pub split: Split,
    pub weights: Weights,
    #[ts(type = "number")]
    pub images: u64,
    /// The training loss (weights, smoothing) over the split.
    pub loss: f64,
    /// Plain mean negative log-likelihood.
    pub nll: f64,
    pub acc_top1: f64,
    /// Top-min(5, classes).
    pub acc_top5: f64,
    pub per_class: Vec<ClassReport>,
    pub f1_macro: f64,
    pub f1_micro: f64,
    pub precision_macro: f64,
    pub recall_macro: f64,
    /// One-vs-rest, mean over all classes; one without positives or negatives counts 0, as in torchmetrics.
    pub auroc_macro: Option<f64>,
    /// Expected calibration error, 15 equal-width bins.
    pub ece: f64,
    pub stopped: bool,
    pub seconds: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ClassReport {
    #[ts(type = "number")]
    pub support: u64,
    #[ts(type = "number")]
    pub predicted: u64,
    #[ts(type = "number")]
    pub correct: u64,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    pub auroc: Option<f64>,
}

/// Per-image results, row i of each for sample `indices_n[i]` of the split.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluateArrays {
    /// Row-major [N, C].
    pub logits_nc: Vec<f32>,
    pub labels_n: Vec<i32>,
    pub indices_n: Vec<u32>,
    /// Row-major [C, C]: true class by predicted class.
    pub confusion_cc: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SaveRequest {
    /// Folder to create; its parent exists.
    pub directory: String,
    /// The weights that `model.safetensors` holds: what was scored.
    pub scored: Weights,
    /// Only the model, nothing to resume from.
    pub weights_only: bool,
    /// The caller's own state (history, callbacks, class list, resolved config), stored in `state.json` as it is.
    #[ts(type = "unknown")]
    pub state: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SaveReport {
    pub directory: String,
    pub weights_sha256: String,
    #[ts(type = "number")]
    pub bytes: u64,
    pub seconds: f64,
}

/// Answer of `Session.load`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LoadReport {
    pub position: Position,
    #[ts(type = "unknown")]
    pub state: serde_json::Value,
    pub weights_sha256: String,
}

/// Answer of `Session.inspect`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InspectReport {
    pub position: Position,
    /// SHA-256 over the raw model's tensors in name order (name, dtype, shape, little-endian bytes).
    pub weights_sha256: String,
    pub ema_sha256: Option<String>,
    pub ledger: Ledger,
    pub peak_rss_mb: f64,
    pub peak_device_mb: Option<f64>,
}

/// A glance from outside while a verb runs; read without waiting for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    pub phase: Phase,
    pub epoch: u32,
    pub batch: u32,
    pub batches: u32,
    #[ts(type = "number")]
    pub images: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Idle,
    Train,
    Evaluate,
    Save,
}

/// A line of the core's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LogLine {
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// Milliseconds since the Unix epoch.
    pub time_ms: f64,
    /// The module that wrote it.
    pub target: String,
    pub message: String,
    #[ts(type = "Record<string, unknown>")]
    pub context: serde_json::Value,
}

/// One operator in a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OperatorTime {
    /// As libtorch names it; `own::…` for the engine's own kernels.
    pub name: String,
    #[ts(type = "number")]
    pub calls: u64,
    /// Of all calls together, without the operators that it called.
    pub self_ms: f64,
}
