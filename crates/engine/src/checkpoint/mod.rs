//! A checkpoint is a folder, complete when its `COMMIT.json` is there and true.
//!
//! | file | holds |
//! |---|---|
//! | `model.safetensors` | the weights that were scored, with torchvision's names |
//! | `raw.safetensors` or `ema.safetensors` | the other set, where there is one |
//! | `optimizer.safetensors` | `<state>.<parameter>`, and `grad.<parameter>` inside an accumulation window |
//! | `state.json` | position, sums, scaler, and the caller's own state |
//! | `COMMIT.json` | size and SHA-256 of each of them; written last |

mod commit;
mod folder;
mod hash;
mod safetensors;
mod state;
mod writer;

pub(crate) use commit::verify;
pub(crate) use folder::write_folder;
pub(crate) use hash::{hex, weights_sha256};
pub(crate) use safetensors::{NamedBytes, TensorFile, serialize};
pub(crate) use state::{EngineState, Holds, SavedWindow};
pub(crate) use writer::Writer;

use classifier_spec::{Fault, FaultKind};

pub(crate) const MODEL: &str = "model.safetensors";
pub(crate) const RAW: &str = "raw.safetensors";
pub(crate) const EMA: &str = "ema.safetensors";
pub(crate) const OPTIMIZER: &str = "optimizer.safetensors";
pub(crate) const STATE: &str = "state.json";
pub(crate) const COMMIT: &str = "COMMIT.json";

/// A fault of an artefact.
pub(crate) fn refuse(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Checkpoint, message)
}
