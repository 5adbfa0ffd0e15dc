//! The data crate's loader as a source of batches.

use std::sync::Arc;

use classifier_data::{Batch, Dataset, Loader};
use classifier_spec::{Fault, LoaderSpec, SkippedImage, Split};

use crate::batch::{BatchSource, DecodeSeconds, Normalization};

pub(crate) struct LoaderSource {
    loader: Loader,
    dataset: Arc<Dataset>,
    split: Split,
}

impl LoaderSource {
    /// `None` where the data set lacks the split.
    pub(crate) fn new(
        dataset: &Arc<Dataset>,
        split: Split,
        spec: &LoaderSpec,
        seed: u64,
    ) -> Result<Option<Self>, Fault> {
        if dataset.is_empty(split) {
            return Ok(None);
        }
        let loader = Loader::new(Arc::clone(dataset), split, spec, seed)?;
        Ok(Some(Self { loader, dataset: Arc::clone(dataset), split }))
    }
}

impl BatchSource for LoaderSource {
    fn batches_per_epoch(&self) -> u32 {
        u32::try_from(self.loader.batches_per_epoch()).unwrap_or(u32::MAX)
    }

    fn start(&mut self, epoch: u32, first_batch: u32) -> Result<(), Fault> {
        self.loader.start(epoch, first_batch as usize);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, Fault> {
        self.loader.next()
    }

    fn recycle(&mut self, batch: Batch) {
        self.loader.recycle(batch);
    }

    fn seconds(&self) -> DecodeSeconds {
        let ledger = self.loader.ledger();
        DecodeSeconds { decode_cpu_s: ledger.decode_cpu_s, transform_cpu_s: ledger.transform_cpu_s }
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        self.loader.skipped()
    }

    fn files(&self, indices_n: &[u32]) -> Vec<String> {
        indices_n.iter().map(|&index| self.dataset.path(self.split, index).display().to_string()).collect()
    }

    fn input_hw(&self) -> [u32; 2] {
        let (height, width) = self.loader.pipeline().output_hw();
        [height as u32, width as u32]
    }

    fn normalization(&self) -> Normalization {
        let (mean, std) = self.loader.pipeline().normalization();
        Normalization { mean, std }
    }
}
