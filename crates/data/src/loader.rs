//! One split as a stream of batches, decoded ahead by threads of its own.

mod epoch;
mod in_flight;
mod sample_reader;
mod thread;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use classifier_spec::{Fault, FaultKind, LoaderSpec, SkippedImage, Split};

use crate::{Batch, BufferPool, CacheReport, Dataset, Pipeline, Sampler, VecPool, cache::Cache};
use epoch::Epoch;
use in_flight::InFlight;
use sample_reader::SampleReader;

/// Seconds since the loader was made.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LoaderLedger {
    /// The caller waited in [`Loader::next`].
    pub wait_s: f64,
    /// CPU time of all threads for reading and decoding files.
    pub decode_cpu_s: f64,
    /// CPU time of all threads for the transforms.
    pub transform_cpu_s: f64,
}

const MAX_WORKERS: u32 = 512;

/// What the caller and the decode threads share.
struct Shared {
    dataset: Arc<Dataset>,
    split: Split,
    pipeline: Pipeline,
    cache: Cache,
    pool: Arc<dyn BufferPool>,
    /// Batches in work or ready at a time.
    window: usize,
    state: Mutex<State>,
    /// There may be work, or the end has come.
    work: Condvar,
    /// A batch may be complete.
    ready: Condvar,
    decode_nanos: AtomicU64,
    transform_nanos: AtomicU64,
}

struct State {
    epoch: Arc<Epoch>,
    /// The next batch to be put to work.
    next_batch: usize,
    /// Batches in work or ready, in order.
    in_flight: VecDeque<Arc<InFlight>>,
    shutdown: bool,
    /// A thread ended by a panic outside of its images.
    broken: Option<Fault>,
}

/// Batches are a function of (seed, epoch, batch): neither the number of threads nor where an epoch is entered changes
/// them.
pub struct Loader {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Decodes on the caller's thread where there are no others.
    own: Option<SampleReader>,
    sampler: Sampler,
    seed: u64,
    batch_size: usize,
    batches: usize,
    samples: usize,
    delivered: usize,
    wait: Duration,
    skipped: Vec<SkippedImage>,
}

impl Loader {
    /// A loader that is not started. Batches lie in ordinary memory.
    pub fn new(dataset: Arc<Dataset>, split: Split, spec: &LoaderSpec, seed: u64) -> Result<Self, Fault> {
        Self::with_pool(dataset, split, spec, seed, Arc::new(VecPool::default()))
    }

    /// A loader whose batches lie in the memory of `pool`.
    pub fn with_pool(
        dataset: Arc<Dataset>,
        split: Split,
        spec: &LoaderSpec,
        seed: u64,
        pool: Arc<dyn BufferPool>,
    ) -> Result<Self, Fault> {
        let batch_size = spec.batch_size as usize;
        if batch_size == 0 {
            return Err(Fault::new(FaultKind::Config, "batch_size must be at least 1, not 0"));
        }
        if spec.num_workers > MAX_WORKERS {
            let message = format!("num_workers may be {MAX_WORKERS} at most, not {}", spec.num_workers);
            return Err(Fault::new(FaultKind::Config, message).hint("One or two for each core are enough."));
        }
        let pipeline = Pipeline::plan(&spec.transforms, None)?;
        let sampler = Sampler::new(&spec.sampler, dataset.labels(split), dataset.classes().len())?;
        let limit = spec.limit_batches.map_or(usize::MAX, |limit| limit as usize);
        let all = sampler.len();
        let batches = if spec.drop_last { all / batch_size } else { all.div_ceil(batch_size) }.min(limit);
        let workers = spec.num_workers as usize;
        let cache = Cache::plan(&spec.cache, &dataset, split)?;
        let shared = Arc::new(Shared {
            dataset,
            split,
            pipeline,
            cache,
            pool,
            window: (workers * spec.prefetch_factor.max(1) as usize).max(1),
            state: Mutex::new(State {
                epoch: Arc::new(Epoch::none()),
                next_batch: 0,
                in_flight: VecDeque::new(),
                shutdown: false,
                broken: None,
            }),
            work: Condvar::new(),
            ready: Condvar::new(),
            decode_nanos: AtomicU64::new(0),
            transform_nanos: AtomicU64::new(0),
        });
        let mut loader = Self {
            own: if workers == 0 { Some(SampleReader::new()?) } else { None },
            threads: Vec::new(),
            sampler,
            seed,
            batch_size,
            batches,
            samples: all.min(batches * batch_size),
            delivered: 0,
            wait: Duration::ZERO,
            skipped: Vec::new(),
            shared,
        };
        for index in 0..workers {
            let thread = thread::spawn(index, Arc::clone(&loader.shared))?;
            loader.threads.push(thread);
        }
        Ok(loader)
    }

    pub fn pipeline(&self) -> &Pipeline {
        &self.shared.pipeline
    }

    pub fn batches_per_epoch(&self) -> usize {
        self.batches
    }

    /// Images of one epoch's batches.
    pub fn samples_per_epoch(&self) -> usize {
        self.samples
    }

    /// Begins (or begins again) at a batch of an epoch; work on other batches is dropped.
    pub fn start(&mut self, epoch: u32, first_batch: usize) {
        let order = self.sampler.order(self.seed, epoch);
        let epoch = Epoch::new(self.seed, epoch, order, self.batch_size, self.batches);
        self.delivered = first_batch.min(self.batches);
        self.skipped.clear();
        let mut state = self.shared.lock();
        state.epoch = Arc::new(epoch);
        state.next_batch = self.delivered;
        let dropped = std::mem::take(&mut state.in_flight);
        drop(state);
        // Their buffers go back to the pool, outside of the lock.
        drop(dropped);
        self.shared.work.notify_all();
    }

    /// The next batch in order; `None` at the end of the epoch. Fails where a batch holds an image that cannot be used
    /// and may not be skipped.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Batch>, Fault> {
        if self.delivered >= self.batches || self.shared.lock().epoch.is_none() {
            return Ok(None);
        }
        let begin = Instant::now();
        let finished = match &mut self.own {
            Some(reader) => {
                let epoch = Arc::clone(&self.shared.lock().epoch);
                let batch = InFlight::new(&self.shared, epoch, self.delivered);
                while let Some(slot) = batch.claim() {
                    batch.fill(slot, &self.shared, reader);
                }
                Arc::new(batch)
            }
            None => self.shared.wait_for_first()?,
        };
        self.wait += begin.elapsed();
        self.delivered += 1;
        let (batch, skipped) = finished.finish(&self.shared)?;
        self.skipped.extend(skipped);
        Ok(Some(batch))
    }

    /// Gives a batch's memory back for the next ones.
    pub fn recycle(&mut self, batch: Batch) {
        self.shared.pool.give(batch.images_nhwc);
    }

    pub fn ledger(&self) -> LoaderLedger {
        let seconds = |nanos: &AtomicU64| nanos.load(Ordering::Relaxed) as f64 * 1e-9;
        LoaderLedger {
            wait_s: self.wait.as_secs_f64(),
            decode_cpu_s: seconds(&self.shared.decode_nanos),
            transform_cpu_s: seconds(&self.shared.transform_nanos),
        }
    }

    /// What the cache holds now.
    pub fn cache(&self) -> CacheReport {
        self.shared.cache.report()
    }

    /// The images of the batches of this epoch so far that could not be used and were replaced by others.
    pub fn skipped(&self) -> Vec<SkippedImage> {
        self.skipped.clone()
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.shutdown = true;
        state.in_flight.clear();
        drop(state);
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // A panic was caught and told before.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A place in a batch to be filled; waits for one; `None` when the loader is dropped.
    fn claim(self: &Arc<Self>) -> Option<(Arc<InFlight>, usize)> {
        let mut state = self.lock();
        loop {
            if state.shutdown {
                return None;
            }
            if let Some(batch) = state.in_flight.back()
                && let Some(slot) = batch.claim()
            {
                return Some((Arc::clone(batch), slot));
            }
            if state.in_flight.len() < self.window && state.next_batch < state.epoch.batches() {
                let batch = Arc::new(InFlight::new(self, Arc::clone(&state.epoch), state.next_batch));
                state.next_batch += 1;
                state.in_flight.push_back(batch);
                if state.in_flight.len() < self.window {
                    self.work.notify_one();
                }
                continue;
            }
            state = self.work.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    /// Waits until the first batch in work is complete and takes it out.
    fn wait_for_first(&self) -> Result<Arc<InFlight>, Fault> {
        let mut state = self.lock();
        loop {
            if let Some(fault) = &state.broken {
                return Err(fault.clone());
            }
            if state.in_flight.front().is_some_and(|batch| batch.is_complete()) {
                let batch = state.in_flight.pop_front();
                drop(state);
                self.work.notify_all();
                return batch.ok_or_else(|| Fault::new(FaultKind::Bug, "a batch vanished"));
            }
            state = self.ready.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    /// Tells the caller that a thread is gone.
    fn give_up(&self, reason: &str) {
        let message = format!("a decode thread ended: {reason}");
        self.lock().broken = Some(Fault::new(FaultKind::Bug, message));
        self.ready.notify_all();
    }

    /// Called by the thread that completes a batch.
    fn announce(&self) {
        // Under the lock, so that a caller who just looked cannot miss it.
        let _state = self.lock();
        self.ready.notify_all();
    }
}
