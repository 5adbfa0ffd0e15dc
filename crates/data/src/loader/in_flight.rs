//! A batch that several threads fill.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use classifier_spec::{Fault, FaultKind, OnError, SkippedImage, Split};

use super::{Shared, epoch::Epoch, sample_reader::SampleReader};
use crate::{Batch, BatchBuffer, BufferPool};

/// Tries to find a usable image in the place of one that is not.
const MAX_REPLACEMENTS: u64 = 100;

pub struct InFlight {
    epoch: Arc<Epoch>,
    /// The batch's first place in the epoch's order.
    first_place: usize,
    count: usize,
    image_bytes: usize,
    pool: Arc<dyn BufferPool>,
    /// Taken out when the batch is delivered.
    buffer: Mutex<Option<Box<dyn BatchBuffer>>>,
    pixels: *mut u8,
    next_slot: AtomicUsize,
    filled: AtomicUsize,
    /// The sample that each slot shows in the end.
    samples: Vec<AtomicU32>,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    /// Of the lowest slot that failed.
    fault: Option<(usize, Fault)>,
    skipped: Vec<(usize, SkippedImage)>,
}

// SAFETY: `pixels` points into `buffer`, which lives as long and is not touched otherwise until every slot is filled;
// each slot is a part of its own and is given to one thread only.
unsafe impl Send for InFlight {}
unsafe impl Sync for InFlight {}

impl InFlight {
    pub fn new(shared: &Shared, epoch: Arc<Epoch>, batch: usize) -> Self {
        let places = epoch.places(batch);
        let (height, width) = shared.pipeline.output_hw();
        let (count, image_bytes) = (places.len(), height * width * 3);
        let mut buffer = shared.pool.take(count * image_bytes);
        assert_eq!(
            buffer.as_mut_slice().len(),
            count * image_bytes,
            "a pool gives the size that was asked for"
        );
        Self {
            epoch,
            first_place: places.start,
            count,
            image_bytes,
            pool: Arc::clone(&shared.pool),
            pixels: buffer.as_mut_slice().as_mut_ptr(),
            buffer: Mutex::new(Some(buffer)),
            next_slot: AtomicUsize::new(0),
            filled: AtomicUsize::new(0),
            samples: (0..count).map(|_| AtomicU32::new(0)).collect(),
            trouble: Mutex::default(),
        }
    }

    /// A slot that nobody has begun.
    pub fn claim(&self) -> Option<usize> {
        let slot = self.next_slot.fetch_add(1, Ordering::Relaxed);
        (slot < self.count).then_some(slot)
    }

    pub fn is_complete(&self) -> bool {
        self.filled.load(Ordering::Acquire) == self.count
    }

    /// Fills a claimed slot. True if it was the last one of the batch.
    pub fn fill(&self, slot: usize, shared: &Shared, reader: &mut SampleReader) -> bool {
        // SAFETY: `claim` gives each slot once, and slots do not overlap.
        let out = unsafe {
            std::slice::from_raw_parts_mut(self.pixels.add(slot * self.image_bytes), self.image_bytes)
        };
        let result =
            catch_unwind(AssertUnwindSafe(|| self.show(slot, out, shared, reader))).unwrap_or_else(|panic| {
                let text = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or(panic.downcast_ref::<&str>().copied());
                let path = shared.dataset.path(shared.split, self.epoch.draw(self.first_place + slot).sample);
                let message =
                    format!("{}: a decoder or transform broke: {}", path.display(), text.unwrap_or("?"));
                Err(Fault::new(FaultKind::Bug, message))
            });
        if let Err(fault) = result {
            let mut trouble = self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if trouble.fault.as_ref().is_none_or(|(other, _)| slot < *other) {
                trouble.fault = Some((slot, fault));
            }
        }
        self.filled.fetch_add(1, Ordering::AcqRel) + 1 == self.count
    }

    fn show(
        &self,
        slot: usize,
        out: &mut [u8],
        shared: &Shared,
        reader: &mut SampleReader,
    ) -> Result<(), Fault> {
        let place = self.first_place + slot;
        let mut draw = self.epoch.draw(place);
        for attempt in 1.. {
            match reader.read(shared, draw, out) {
                Ok(()) => break,
                Err(fault) if fault.kind == FaultKind::Data && may_skip(shared) => {
                    if attempt > MAX_REPLACEMENTS {
                        let message = format!(
                            "{MAX_REPLACEMENTS} images one after the other cannot be used; the last: {fault}"
                        );
                        return Err(Fault::new(FaultKind::Data, message)
                            .hint("Repair the data set: most of it is unreadable."));
                    }
                    let skipped = SkippedImage {
                        path: shared.dataset.relative_path(shared.split, draw.sample),
                        reason: fault.details["reason"].as_str().unwrap_or(&fault.message).to_owned(),
                    };
                    let mut trouble = self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    trouble.skipped.push((slot, skipped));
                    draw = self.epoch.replacement(place, attempt, shared.dataset.len(shared.split));
                }
                Err(fault) => return Err(fault),
            }
        }
        self.samples[slot].store(draw.sample, Ordering::Relaxed);
        Ok(())
    }

    /// The finished batch and the images that were skipped on the way, in the order of slots.
    pub fn finish(&self, shared: &Shared) -> Result<(Batch, Vec<SkippedImage>), Fault> {
        let trouble =
            std::mem::take(&mut *self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        if let Some((_, fault)) = trouble.fault {
            return Err(fault);
        }
        let buffer = self.buffer.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let buffer = buffer.ok_or_else(|| Fault::new(FaultKind::Bug, "a batch was delivered twice"))?;
        let labels = shared.dataset.labels(shared.split);
        let indices_n: Vec<u32> = self.samples.iter().map(|sample| sample.load(Ordering::Relaxed)).collect();
        let labels_n = indices_n.iter().map(|sample| i64::from(labels[*sample as usize])).collect();
        let (height, width) = shared.pipeline.output_hw();
        let mut skipped = trouble.skipped;
        skipped.sort_by_key(|(slot, _)| *slot);
        let batch = Batch { images_nhwc: buffer, labels_n, indices_n, height, width };
        Ok((batch, skipped.into_iter().map(|(_, skipped)| skipped).collect()))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()).take() {
            self.pool.give(buffer);
        }
    }
}

/// Only the train split may skip.
fn may_skip(shared: &Shared) -> bool {
    shared.split == Split::Train && shared.dataset.on_error() == OnError::Skip
}
