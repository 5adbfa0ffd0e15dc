//! What is set once for the whole process.

use napi_derive::napi;

use classifier_images::boundary::{render, to_error};

/// Called by the loader before anything else: the log, the panic hook, the allocator's thresholds.
#[napi]
pub fn initialize() {
    classifier_images::install_journal();
    classifier_engine::configure_process();
}

/// Whether libtorch sees a usable NVIDIA GPU; `libtorch_cuda` must be loaded.
#[napi]
pub fn cuda_available() -> bool {
    classifier_engine::cuda_available()
}

/// Whether this processor multiplies bfloat16 natively (AVX-512 BF16 or AMX).
#[napi]
pub fn cpu_has_bf16() -> bool {
    classifier_engine::cpu_has_bf16()
}

/// Counts the time of every operator from now on.
#[napi]
pub fn start_profile() -> napi::Result<()> {
    classifier_engine::start_profile().map_err(|fault| to_error(&fault))
}

/// Ends it: a JSON list of `OperatorTime`, the longest first.
#[napi]
pub fn stop_profile() -> napi::Result<String> {
    classifier_engine::stop_profile().and_then(|rows| render(&rows)).map_err(|fault| to_error(&fault))
}
