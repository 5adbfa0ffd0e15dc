//! `state.json`.

use classifier_spec::{Position, SkippedImage, TrainSums};
use serde::{Deserialize, Serialize};

use crate::optimizer::ScalerState;

/// Which weights `model.safetensors` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holds {
    Raw,
    Ema,
}

/// An accumulation window that is open at the save; its gradients are in `optimizer.safetensors`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedWindow {
    pub batches: u32,
    pub images: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EngineState {
    pub format_version: u32,
    pub model_holds: Holds,
    /// Only the model is here: there is nothing to resume from.
    pub weights_only: bool,
    pub position: Position,
    /// Of the epoch's batches before `position`.
    pub epoch_sums: TrainSums,
    pub drawn_per_class: Vec<u32>,
    pub skipped_images: Vec<SkippedImage>,
    /// Steps that changed the weights (those that a scaler skipped are not among them).
    pub optimizer_steps: u64,
    pub scaler: Option<ScalerState>,
    pub window: SavedWindow,
    pub weights_sha256: String,
    pub ema_sha256: Option<String>,
    /// The caller's own.
    pub state: serde_json::Value,
}
