//! Images in memory: decoded where they fit, as files where not.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use classifier_spec::CacheKind;

use super::{
    CacheReport, Cached, Wish,
    estimate::Estimate,
    room::{self, Promise},
};
use crate::{RgbView, Stream};

enum Entry {
    Pixels { width: u32, height: u32, pixels_hwc: Box<[u8]> },
    File(Box<[u8]>),
}

pub struct RamCache {
    entries: Vec<OnceLock<Entry>>,
    budget: u64,
    used: AtomicU64,
    samples: AtomicU64,
    /// Shares of the samples, spread evenly, that are kept decoded and at all.
    pixel_share: f64,
    kept_share: f64,
    _promise: Promise,
}

impl RamCache {
    /// Without a `budget`, half of the free memory.
    pub fn new(estimate: &Estimate, budget: Option<u64>) -> Self {
        let budget = budget.unwrap_or_else(room::memory_budget);
        let (pixel_share, kept_share) = shares(estimate, budget);
        let budget_mb = budget >> 20;
        if kept_share < 1.0 {
            tracing::info!(
                budget_mb,
                decoded_share = pixel_share,
                kept_share,
                "not all images fit the cache in memory"
            );
        } else {
            tracing::debug!(budget_mb, decoded_share = pixel_share, "images are kept in memory");
        }
        Self {
            entries: (0..estimate.samples).map(|_| OnceLock::new()).collect(),
            budget,
            used: AtomicU64::new(0),
            samples: AtomicU64::new(0),
            pixel_share,
            kept_share,
            _promise: Promise::of(budget.min(estimate.pixel_bytes)),
        }
    }

    pub fn get(&self, sample: u32) -> Option<Cached<'_>> {
        Some(match self.entries.get(sample as usize)?.get()? {
            Entry::Pixels { width, height, pixels_hwc } => {
                Cached::Pixels(RgbView::new(*width as usize, *height as usize, pixels_hwc))
            }
            Entry::File(bytes) => Cached::File(bytes),
        })
    }

    pub fn wish(&self, sample: u32) -> Wish {
        if self.used.load(Ordering::Relaxed) >= self.budget {
            return Wish::Nothing;
        }
        let place = Stream::new(&[u64::from(sample)]).unit();
        if place < self.pixel_share {
            Wish::Pixels
        } else if place < self.kept_share {
            Wish::File
        } else {
            Wish::Nothing
        }
    }

    pub fn put_pixels(&self, sample: u32, image: RgbView) {
        self.put(sample, image.pixels_hwc, |pixels_hwc| Entry::Pixels {
            width: image.width as u32,
            height: image.height as u32,
            pixels_hwc,
        });
    }

    pub fn put_file(&self, sample: u32, bytes: &[u8]) {
        self.put(sample, bytes, Entry::File);
    }

    fn put(&self, sample: u32, bytes: &[u8], entry: impl FnOnce(Box<[u8]>) -> Entry) {
        let size = bytes.len() as u64;
        if self.used.fetch_add(size, Ordering::Relaxed) + size > self.budget
            || self.entries[sample as usize].set(entry(bytes.into())).is_err()
        {
            self.used.fetch_sub(size, Ordering::Relaxed);
        } else {
            self.samples.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn report(&self) -> CacheReport {
        CacheReport {
            kind: CacheKind::Ram,
            budget_bytes: self.budget,
            used_bytes: self.used.load(Ordering::Relaxed),
            samples: self.samples.load(Ordering::Relaxed),
        }
    }
}

/// The largest share that can be kept decoded with all others as files; and where not even the files fit, the share of
/// those that do.
fn shares(estimate: &Estimate, budget: u64) -> (f64, f64) {
    let (pixels, files, budget) = (estimate.pixel_bytes as f64, estimate.file_bytes as f64, budget as f64);
    if pixels <= budget {
        (1.0, 1.0)
    } else if files <= budget && files < pixels {
        ((budget - files) / (pixels - files), 1.0)
    } else {
        (0.0, (budget / files.max(1.0)).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_decides_what_is_kept() {
        let estimate = Estimate { samples: 100, pixel_bytes: 1000, file_bytes: 200 };
        assert_eq!(shares(&estimate, 1000), (1.0, 1.0));
        assert_eq!(shares(&estimate, 600), (0.5, 1.0));
        assert_eq!(shares(&estimate, 100), (0.0, 0.5));
    }

    #[test]
    fn the_budget_is_never_exceeded() {
        let estimate = Estimate { samples: 100, pixel_bytes: 3000, file_bytes: 200 };
        let cache = RamCache::new(&estimate, Some(500));
        let pixels = [7u8; 30];
        for sample in 0..100 {
            cache.put_pixels(sample, RgbView::new(5, 2, &pixels));
        }
        let report = cache.report();
        assert_eq!((report.used_bytes, report.samples), (480, 16));
        assert!(matches!(cache.get(3), Some(Cached::Pixels(view)) if view.width == 5));
        assert!(cache.get(99).is_none());
    }
}
