//! What is set once for the whole process.

use napi_derive::napi;

use crate::journal;

/// Called by the loader before anything else: the log, the panic hook, the allocator's thresholds.
#[napi]
pub fn initialize() {
    journal::install();
    classifier_engine::configure_process();
}

/// The version of this crate, to be compared with the package's.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
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
