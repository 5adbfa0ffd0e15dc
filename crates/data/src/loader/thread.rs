//! The decode threads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use classifier_spec::{Fault, FaultKind};

use super::{Shared, sample_reader::SampleReader};

/// How far decode threads stand back behind the training step's threads (Linux' nice value). Where both want a core the
/// step gets nine tenths of it; when the step waits for data the decode threads have the machine to themselves.
const NICENESS: i32 = 10;

pub fn spawn(index: usize, shared: Arc<Shared>) -> Result<JoinHandle<()>, Fault> {
    let mut reader = SampleReader::new()?;
    Builder::new()
        .name(format!("decode-{index}"))
        .spawn(move || {
            stand_back();
            let work = || {
                while let Some((batch, slot)) = shared.claim() {
                    if batch.fill(slot, &shared, &mut reader) {
                        shared.announce();
                    }
                }
            };
            // A panic in an image's decoding is caught there; this one comes from a buffer pool.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                shared.give_up(text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?"));
            }
        })
        .map_err(|error| {
            Fault::new(FaultKind::Device, format!("a decode thread cannot be started: {error}"))
                .hint("Lower data.num_workers.")
        })
}

/// Lowers the calling thread's priority; without effect where the system does not allow it.
fn stand_back() {
    #[cfg(target_os = "linux")]
    // SAFETY: changes the scheduling of the calling thread only.
    unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        libc::setpriority(libc::PRIO_PROCESS, thread as libc::id_t, NICENESS);
    }
}
