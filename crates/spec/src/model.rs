//! The network and its loss.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    pub architecture: Architecture,
    pub num_classes: u32,
    /// Initial weights: a `.safetensors`, `.pth`, `.pt` file or a checkpoint folder; `null` initialises as torchvision does.
    pub weights: Option<String>,
    /// Probability before the last linear layer.
    pub dropout: f64,
    /// Name prefixes of frozen stages (`conv1`, `layer1`, …); their batch norms run in evaluation mode.
    pub freeze: Vec<String>,
    /// Start the last batch norm of each residual branch at zero.
    pub zero_init_residual: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    Resnet18,
    Resnet34,
    Resnet50,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LossSpec {
    /// `torch.nn.CrossEntropyLoss(weight, label_smoothing)`.
    CrossEntropy { label_smoothing: f64, class_weights: Option<Vec<f64>> },
    /// (1 − p_t)^γ · CE, p_t from the plain cross-entropy of the hard label.
    Focal { gamma: f64, label_smoothing: f64, class_weights: Option<Vec<f64>> },
    /// Cross-entropy of logits + τ·log π, π the train split's class frequencies (Menon et al. 2021).
    LogitAdjusted { tau: f64, label_smoothing: f64, class_frequencies: Vec<f64> },
}
