//! One shape for every failure that a user may see.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who or what is at fault; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The user's configuration (exit 2).
    Config,
    /// The data set (exit 3).
    Data,
    /// A checkpoint or another artefact of a run (exit 4).
    Checkpoint,
    /// The machine (exit 5).
    Device,
    /// The run: loss or weights are not finite (exit 6).
    Diverged,
    /// Us (exit 70).
    Bug,
}

/// A failure: what went wrong, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub kind: FaultKind,
    /// What is wrong, in one or a few sentences, naming the file, key or tensor.
    pub message: String,
    /// The way out: what to do, type or change next.
    pub hint: Option<String>,
    /// Machine-readable context (paths, shapes, step, …); `null` where there is none.
    #[ts(type = "unknown")]
    pub details: serde_json::Value,
}

impl Fault {
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, details: serde_json::Value::Null }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn details(mut self, details: serde_json::Value) -> Self {
        self.details = details;
        self
    }
}

/// A message of libtorch's up to the C++ stack that it appends, in either of its forms.
pub fn without_stack(message: &str) -> &str {
    let end = ["Exception raised", "\nframe #0"].iter().filter_map(|mark| message.find(mark)).min();
    message[..end.unwrap_or(message.len())].trim()
}
