//! What is set once for the whole process.

use napi_derive::napi;

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
