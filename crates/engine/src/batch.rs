//! Where batches come from: the data crate's loader, or images made on the spot.

use classifier_data::Batch;
use classifier_spec::{Fault, SkippedImage};

/// Seconds of all decode threads together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DecodeSeconds {
    pub decode_cpu_s: f64,
    pub transform_cpu_s: f64,
}

/// Batches of one split, epoch by epoch. The same (epoch, batch) is the same batch always.
pub trait BatchSource {
    fn batches_per_epoch(&self) -> u32;

    /// Goes to a batch of an epoch, wherever it stood.
    fn start(&mut self, epoch: u32, first_batch: u32) -> Result<(), Fault>;

    /// The next batch; `None` after the epoch's last.
    fn next(&mut self) -> Result<Option<Batch>, Fault>;

    /// Gives a batch's memory back.
    fn recycle(&mut self, batch: Batch);

    /// Since the source was made.
    fn seconds(&self) -> DecodeSeconds;

    /// Images of the epoch so far that could not be read.
    fn skipped(&self) -> Vec<SkippedImage>;

    /// Files of these samples, for messages.
    fn files(&self, indices_n: &[u32]) -> Vec<String>;

    /// Height and width of the images.
    fn input_hw(&self) -> [u32; 2];

    /// Mean and deviation per channel that the pipeline ends with, in units of 0 … 1.
    fn normalization(&self) -> Normalization;
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    pub mean: [f64; 3],
    pub std: [f64; 3],
}

impl Normalization {
    /// ImageNet's statistics, torchvision's default.
    pub const IMAGENET: Self = Self { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
}
