//! The resolved plan of a session.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ClipSpec, EmaSpec, LoaderSpec, LossSpec, MixSpec, ModelSpec, OptimizerSpec, ScheduleSpec};

/// All that the engine needs to train, evaluate and predict; the data set itself is opened apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// 0 … 2^53 − 1; every random draw is a function of it and of its own position.
    #[ts(type = "number")]
    pub seed: u64,
    pub model: ModelSpec,
    pub machine: MachineSpec,
    pub train: TrainSpec,
    /// Loader of the train split.
    pub train_loader: LoaderSpec,
    /// Loader of the validation and test splits.
    pub eval_loader: LoaderSpec,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TrainSpec {
    pub max_epochs: u32,
    pub loss: LossSpec,
    pub optimizer: OptimizerSpec,
    pub schedule: ScheduleSpec,
    pub ema: Option<EmaSpec>,
    pub clip: Option<ClipSpec>,
    /// Micro-batches per optimizer step; the last window of an epoch may be shorter.
    pub accumulate: u32,
    pub mix: Option<MixSpec>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MachineSpec {
    pub device: DeviceSpec,
    pub precision: Precision,
    pub channels_last: bool,
    /// Intra-op threads; `null` lets the engine choose beside the decode threads.
    pub threads: Option<u32>,
    pub deterministic: bool,
    /// cuDNN autotuning.
    pub benchmark: bool,
    /// TF32 matrix products on CUDA.
    pub tf32: bool,
    pub pin_memory: bool,
    /// Check every step's loss and stop on the first that is not finite.
    pub detect_anomaly: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeviceSpec {
    /// A GPU where there is a usable one, else the CPU.
    Auto,
    Cpu,
    Cuda {
        index: u32,
    },
    Mps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Precision {
    #[serde(rename = "32")]
    Fp32,
    #[serde(rename = "bf16-mixed")]
    Bf16Mixed,
    #[serde(rename = "16-mixed")]
    Fp16Mixed,
}
