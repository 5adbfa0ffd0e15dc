//! Writing beside training.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// How far the writer stands back behind the training step's threads (Linux' nice value).
const NICENESS: i32 = 5;

/// Runs one write at a time on a thread of its own. Dropping it waits for the write that is on its way.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    running: Option<JoinHandle<()>>,
    nanoseconds: Arc<AtomicU64>,
}

impl Writer {
    /// Starts `work` once the one before is done. Gives it back where no thread can be had.
    pub(crate) fn start(&mut self, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        self.wait();
        let spent = Arc::clone(&self.nanoseconds);
        let thread = Builder::new().name("checkpoint".to_owned()).spawn(move || {
            stand_back();
            let started = Instant::now();
            work();
            spent.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        })?;
        self.running = Some(thread);
        Ok(())
    }

    /// Until nothing is on its way.
    pub(crate) fn wait(&mut self) {
        if let Some(thread) = self.running.take() {
            // What a write answers, even to a panic, goes to its caller, not through here.
            let _ = thread.join();
        }
    }

    /// Seconds of all writes that are done.
    pub(crate) fn seconds(&self) -> f64 {
        self.nanoseconds.load(Ordering::Relaxed) as f64 / 1e9
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.wait();
    }
}

fn stand_back() {
    #[cfg(target_os = "linux")]
    // SAFETY: changes the scheduling of the calling thread only.
    unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        libc::setpriority(libc::PRIO_PROCESS, thread as libc::id_t, NICENESS);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn writes_come_one_after_the_other_and_are_waited_for() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut writer = Writer::default();
        for number in 0..8 {
            let seen = Arc::clone(&seen);
            writer.start(move || seen.lock().expect("a lock").push(number)).expect("a thread");
        }
        drop(writer);
        assert_eq!(*seen.lock().expect("a lock"), (0..8).collect::<Vec<_>>());
    }
}
