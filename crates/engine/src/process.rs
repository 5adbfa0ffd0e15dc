//! What is set once for the process, and what the machine can be asked.

use classifier_spec::{Fault, FaultKind};

use crate::torch;

/// Called once when the addon is loaded, before any tensor is made.
///
/// glibc gives blocks above 128 KB back to the kernel as soon as they are free; a training step frees and takes the same
/// activations again, and the page faults cost 10 to 20 % of it. So big blocks stay in the heap, and all threads share the first
/// heap: those of other threads end at 64 MB, above which a block comes and goes as before. And libtorch asks for pages of 2 MB for
/// blocks of that size where this variable says so: 2 to 10 % of a step at 224 px, for a few per cent of memory.
pub fn configure_process() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: plain numbers into the allocator's settings, and one variable before any thread of ours runs.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 256 << 20);
        libc::mallopt(libc::M_ARENA_MAX, 1);
        // Read once, at the first tensor; what the user has set stays.
        libc::setenv(c"THP_MEM_ALLOC_ENABLE".as_ptr(), c"1".as_ptr(), 0);
    }
}

/// Whether libtorch sees a CUDA device. `libtorch_cuda` must have been opened before; without it the answer is no.
pub fn cuda_available() -> bool {
    torch::cuda_available().unwrap_or(false)
}

unsafe extern "C" {
    /// libtorch's own, as (major << 56 | minor << 48 | patch << 40 | …).
    fn aoti_torch_abi_version() -> u64;
}

/// The loaded libtorch is the one that this crate was built for.
pub fn libtorch_version_ok() -> Result<(), Fault> {
    // SAFETY: no arguments, a number back.
    let version = unsafe { aoti_torch_abi_version() };
    let (major, minor) = (version >> 56, (version >> 48) & 0xff);
    if (major, minor) == (2, 11) {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Device,
        format!("libtorch {major}.{minor} was loaded, but this build needs 2.11"),
    )
    .hint("Run `bun run setup`, or unset LIBTORCH."))
}
