//! What was read or decoded once and need not be again. A cache never changes a pixel.

mod disk;
mod estimate;
mod ram;
mod room;

use classifier_spec::{CacheKind, CacheSpec, Fault, Split};

use crate::{Dataset, RgbView};
use disk::DiskCache;
use estimate::Estimate;
use ram::RamCache;

/// What is kept of a sample.
pub enum Cached<'a> {
    Pixels(RgbView<'a>),
    /// The file as it is.
    File(&'a [u8]),
}

/// What a cache would like to be given of a sample that it does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Nothing,
    Pixels,
    File,
}

/// What a cache holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheReport {
    /// Off, ram or disk; what `auto` chose.
    pub kind: CacheKind,
    pub budget_bytes: u64,
    pub used_bytes: u64,
    pub samples: u64,
}

pub enum Cache {
    Off,
    Ram(RamCache),
    Disk(DiskCache),
}

impl Cache {
    /// The cache of one split, still empty or with what an earlier run left on disk.
    pub fn plan(spec: &CacheSpec, dataset: &Dataset, split: Split) -> Result<Self, Fault> {
        if spec.kind == CacheKind::Off || dataset.is_empty(split) {
            return Ok(Self::Off);
        }
        let estimate = Estimate::of(dataset, split);
        match spec.kind {
            CacheKind::Off => Ok(Self::Off),
            CacheKind::Ram => Ok(Self::Ram(RamCache::new(&estimate, spec.budget_bytes))),
            CacheKind::Disk => DiskCache::open(dataset, split, &estimate, spec.budget_bytes).map(Self::Disk),
            CacheKind::Auto => {
                let fits = estimate.pixel_bytes <= spec.budget_bytes.unwrap_or_else(room::memory_budget);
                if !fits && disk::fits(&estimate) {
                    // A folder that cannot be written is no reason to stop a run that did not ask for it.
                    match DiskCache::open(dataset, split, &estimate, spec.budget_bytes) {
                        Ok(cache) => return Ok(Self::Disk(cache)),
                        Err(fault) => {
                            tracing::warn!(reason = %fault, "no disk cache, the memory is used instead")
                        }
                    }
                }
                Ok(Self::Ram(RamCache::new(&estimate, spec.budget_bytes)))
            }
        }
    }

    pub fn get(&self, sample: u32, dataset: &Dataset, split: Split) -> Option<Cached<'_>> {
        match self {
            Self::Off => None,
            Self::Ram(cache) => cache.get(sample),
            Self::Disk(cache) => cache.get(sample, &dataset.path(split, sample)).map(Cached::Pixels),
        }
    }

    pub fn wish(&self, sample: u32) -> Wish {
        match self {
            Self::Off => Wish::Nothing,
            Self::Ram(cache) => cache.wish(sample),
            Self::Disk(cache) => cache.wish(sample),
        }
    }

    /// Takes the whole decoded image of a sample.
    pub fn put_pixels(&self, sample: u32, image: RgbView, dataset: &Dataset, split: Split) {
        match self {
            Self::Off => {}
            Self::Ram(cache) => cache.put_pixels(sample, image),
            Self::Disk(cache) => cache.put(sample, image, &dataset.path(split, sample)),
        }
    }

    /// Takes the file of a sample.
    pub fn put_file(&self, sample: u32, bytes: &[u8]) {
        if let Self::Ram(cache) = self {
            cache.put_file(sample, bytes);
        }
    }

    pub fn report(&self) -> CacheReport {
        match self {
            Self::Off => CacheReport { kind: CacheKind::Off, budget_bytes: 0, used_bytes: 0, samples: 0 },
            Self::Ram(cache) => cache.report(),
            Self::Disk(cache) => cache.report(),
        }
    }
}
