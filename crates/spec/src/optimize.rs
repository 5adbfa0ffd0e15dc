//! Optimizer, schedule, averaging.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OptimizerSpec {
    pub rule: OptimizerRule,
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// Leave norms and biases out of weight decay.
    pub no_decay_norm_bias: bool,
    /// Learning rate of the last linear layer, as a multiple of `learning_rate`.
    pub head_lr_multiplier: f64,
    /// Sharpness-aware minimisation around the rule.
    pub sam: Option<SamSpec>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerRule {
    /// `torch.optim.AdamW`.
    Adamw { beta1: f64, beta2: f64, eps: f64 },
    /// `torch.optim.SGD`.
    Sgd { momentum: f64, dampening: f64, nesterov: bool },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SamSpec {
    pub rho: f64,
    pub adaptive: bool,
}

/// The learning rate as a closed form of the position: nothing to save, nothing to lose on resume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    pub interval: ScheduleInterval,
    /// Linear warmup (`LinearLR(start_factor, total_iters)`), in units of `interval`; 0 is none.
    pub warmup: u32,
    pub warmup_start_factor: f64,
    pub curve: ScheduleCurve,
    /// Length of the whole schedule, warmup included, in units of `interval`.
    pub total: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleInterval {
    Epoch,
    Step,
}

/// The curve after the warmup; its time starts at the warmup's end, as in `SequentialLR`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleCurve {
    Constant,
    /// `CosineAnnealingLR` down to `eta_min_factor · learning_rate`.
    Cosine {
        eta_min_factor: f64,
    },
    Step {
        step_size: u32,
        gamma: f64,
    },
    Multistep {
        milestones: Vec<u32>,
        gamma: f64,
    },
    OneCycle {
        max_factor: f64,
        pct_start: f64,
        div_factor: f64,
        final_div_factor: f64,
    },
    Polynomial {
        power: f64,
    },
}

/// After n optimizer steps the decay is `decay · (1 − exp(−n / warmup_steps))`, constant for `warmup_steps = 0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EmaSpec {
    pub decay: f64,
    pub warmup_steps: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClipSpec {
    pub algorithm: ClipAlgorithm,
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClipAlgorithm {
    Norm,
    Value,
}

/// Batch-level mixing with soft labels; each batch takes one of the enabled kinds, or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MixSpec {
    /// Beta(α, α) of MixUp; `null` is off.
    pub mixup_alpha: Option<f64>,
    pub cutmix_alpha: Option<f64>,
    /// Probability that a batch is mixed at all.
    pub probability: f64,
    /// No mixing from this epoch on; `null` is never off.
    pub off_epoch: Option<u32>,
}
