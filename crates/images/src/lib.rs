//! Data sets, files and batches for JavaScript: the half of the addon that needs no libtorch.
//!
//! Specs and reports cross as JSON text (their shapes are `ts/native/spec.d.ts`), big arrays as typed arrays, failures as
//! errors whose message is a `Fault` in JSON. No JavaScript function enters the core.

pub mod boundary;
mod dataset;
mod journal;
mod loader;
mod planes;
mod preprocessor;

pub use dataset::NativeDataset;
pub use journal::install as install_journal;

use napi_derive::napi;

/// Called before anything else where this addon is loaded by itself: the log and the panic hook.
#[napi]
pub fn initialize_images() {
    journal::install();
}

/// The version of these crates, to be compared with the package's.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
