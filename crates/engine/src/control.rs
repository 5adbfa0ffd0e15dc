//! What other threads see of a session and may ask of it while it works.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use classifier_spec::{Phase, Progress};

/// Shared with the thread that owns the session.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    phase: AtomicU8,
    epoch: AtomicU32,
    batch: AtomicU32,
    batches: AtomicU32,
    images: AtomicU64,
}

impl Control {
    /// The running verb, or the next one if none runs, ends after its present batch and answers `stopped: true`.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// A glance; its fields may be of two neighbouring moments.
    pub fn progress(&self) -> Progress {
        Progress {
            phase: match self.phase.load(Ordering::Relaxed) {
                1 => Phase::Train,
                2 => Phase::Evaluate,
                3 => Phase::Save,
                _ => Phase::Idle,
            },
            epoch: self.epoch.load(Ordering::Relaxed),
            batch: self.batch.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            images: self.images.load(Ordering::Relaxed),
        }
    }

    /// Whether a stop was asked for; the question answers it.
    pub(crate) fn take_stop(&self) -> bool {
        self.stop.swap(false, Ordering::AcqRel)
    }

    /// Enters a phase and leaves it when the guard is dropped.
    pub(crate) fn enter(&self, phase: Phase) -> PhaseGuard<'_> {
        self.set_phase(phase);
        PhaseGuard(self)
    }

    pub(crate) fn show(&self, epoch: u32, batch: u32, batches: u32, images: u64) {
        self.epoch.store(epoch, Ordering::Relaxed);
        self.batch.store(batch, Ordering::Relaxed);
        self.batches.store(batches, Ordering::Relaxed);
        self.images.store(images, Ordering::Relaxed);
    }

    fn set_phase(&self, phase: Phase) {
        let code = match phase {
            Phase::Idle => 0,
            Phase::Train => 1,
            Phase::Evaluate => 2,
            Phase::Save => 3,
        };
        self.phase.store(code, Ordering::Relaxed);
    }
}

pub(crate) struct PhaseGuard<'a>(&'a Control);

impl Drop for PhaseGuard<'_> {
    fn drop(&mut self) {
        self.0.set_phase(Phase::Idle);
    }
}
