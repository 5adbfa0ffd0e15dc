//! Images made on the spot: each class has its own colours under noise, so that there is something to learn.

use classifier_data::Batch;
use classifier_spec::{Fault, SkippedImage};

use crate::batch::{BatchSource, DecodeSeconds, Normalization};
use crate::random::Key;

/// A source of `batches` batches an epoch. With `resident`, one batch is made once and used again and again, so that
/// only the step is measured.
pub struct Synthetic {
    pub seed: u64,
    pub classes: u32,
    pub batch_size: u32,
    pub batches: u32,
    /// Images of the last batch of an epoch.
    pub last_batch_size: u32,
    pub height: u32,
    pub width: u32,
    pub resident: bool,
    /// Epochs draw different noise.
    pub augment: bool,
    at: (u32, u32),
    kept: Option<Batch>,
}

impl Synthetic {
    pub fn new(seed: u64, classes: u32, batch_size: u32, batches: u32, side: u32) -> Self {
        Self {
            seed,
            classes,
            batch_size,
            batches,
            last_batch_size: batch_size,
            height: side,
            width: side,
            resident: false,
            augment: true,
            at: (0, 0),
            kept: None,
        }
    }

    fn make(&self, epoch: u32, batch: u32) -> Batch {
        let size = if batch + 1 == self.batches { self.last_batch_size } else { self.batch_size };
        let pixels = (self.height * self.width) as usize;
        let (mut images_nhwc, mut labels_n, mut indices_n) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..size {
            let index = batch * self.batch_size + i;
            let label =
                Key::new(self.seed, "label", &[u64::from(index)]).bits(0) % u64::from(self.classes.max(1));
            let colour = Key::new(self.seed, "colour", &[label]);
            let draw = if self.augment { u64::from(epoch) } else { 0 };
            let noise = Key::new(self.seed, "noise", &[draw, u64::from(index)]);
            for k in 0..3 * pixels {
                let base = colour.bits((k % 3) as u64) % 160;
                images_nhwc.push((base + noise.bits(k as u64) % 96) as u8);
            }
            labels_n.push(label as i64);
            indices_n.push(index);
        }
        Batch {
            images_nhwc: Box::new(images_nhwc),
            labels_n,
            indices_n,
            height: self.height as usize,
            width: self.width as usize,
        }
    }
}

impl BatchSource for Synthetic {
    fn batches_per_epoch(&self) -> u32 {
        self.batches
    }

    fn start(&mut self, epoch: u32, first_batch: u32) -> Result<(), Fault> {
        self.at = (epoch, first_batch);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, Fault> {
        let (epoch, batch) = self.at;
        if batch >= self.batches {
            return Ok(None);
        }
        self.at.1 += 1;
        if self.resident {
            return Ok(Some(self.kept.take().unwrap_or_else(|| self.make(0, 0))));
        }
        Ok(Some(self.make(epoch, batch)))
    }

    fn recycle(&mut self, batch: Batch) {
        if self.resident {
            self.kept = Some(batch);
        }
    }

    fn seconds(&self) -> DecodeSeconds {
        DecodeSeconds::default()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        Vec::new()
    }

    fn files(&self, indices_n: &[u32]) -> Vec<String> {
        indices_n.iter().map(|index| format!("synthetic/{index}")).collect()
    }

    fn input_hw(&self) -> [u32; 2] {
        [self.height, self.width]
    }

    fn normalization(&self) -> Normalization {
        Normalization::IMAGENET
    }
}
