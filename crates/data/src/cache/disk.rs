//! Decoded images in one file a split below the user's cache folder.
//!
//! The file holds a header, one record a sample and the pixels. A record is written after its pixels and carries sums of
//! both, so a run that is killed leaves nothing that looks valid and is not. One run at a time writes (a lock file);
//! others read what is there. A record also holds the source file's size and time: an edited image is decoded again.

mod map;
mod record;

use std::{
    fs,
    fs::{File, OpenOptions},
    io,
    os::{
        fd::AsRawFd,
        unix::{
            ffi::OsStrExt,
            fs::{FileExt, MetadataExt},
        },
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use classifier_spec::{CacheKind, Fault, FaultKind, Split};
use sha2::{Digest, Sha256};

use super::{CacheReport, Wish, estimate::Estimate, room};
use crate::{Dataset, RgbView, cache_folder::cache_folder, checksum::sum, shard::file_of};
use map::Map;
use record::{RECORD_BYTES, Record};

const MAGIC: &[u8; 8] = b"CTPIXEL1";
const HEADER_BYTES: u64 = 4096;
/// Files that no run has used for this long are removed.
const FORGOTTEN: Duration = Duration::from_secs(30 * 24 * 3600);

pub struct DiskCache {
    file: File,
    map: Map,
    /// Held while this run may write.
    _lock: Option<File>,
    samples: usize,
    /// Where the next pixels go.
    end: AtomicU64,
    /// The file may grow up to here.
    limit: u64,
    data_start: u64,
    full: AtomicBool,
    /// Samples whose pixels were checked against their sum by this run, one bit each.
    checked: Vec<AtomicU64>,
    held: AtomicU64,
}

/// Whether the disk has room for all images and some to spare.
pub fn fits(estimate: &Estimate) -> bool {
    folder().is_some_and(|folder| {
        let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        estimate.pixel_bytes < room::free_disk(existing) / 2
    })
}

fn folder() -> Option<PathBuf> {
    Some(cache_folder()?.join("pixels"))
}

impl DiskCache {
    /// Without a `budget`, as much as the images need, but at most half of the free disk.
    pub fn open(
        dataset: &Dataset,
        split: Split,
        estimate: &Estimate,
        budget: Option<u64>,
    ) -> Result<Self, Fault> {
        let folder = folder().ok_or_else(|| {
            Fault::new(
                FaultKind::Device,
                "no folder for the disk cache: neither XDG_CACHE_HOME nor HOME is set",
            )
            .hint("Set XDG_CACHE_HOME to a folder on a roomy disk, or use data.cache_type=ram.")
        })?;
        Self::open_in(&folder, dataset, split, estimate, budget).map_err(|error| {
            Fault::new(
                FaultKind::Device,
                format!("the disk cache in {} cannot be used: {error}", folder.display()),
            )
            .hint("Set XDG_CACHE_HOME to a folder on a roomy disk, or use data.cache_type=ram.")
        })
    }

    fn open_in(
        folder: &Path,
        dataset: &Dataset,
        split: Split,
        estimate: &Estimate,
        budget: Option<u64>,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        forget_old_files(folder);
        let key = key(dataset, split);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(format!("{key}.pixels")))?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(format!("{key}.lock")))?;
        let lock = try_lock(&lock).then_some(lock);
        let samples = dataset.len(split);
        let data_start = (HEADER_BYTES + samples as u64 * RECORD_BYTES as u64).next_multiple_of(4096);
        if lock.is_some() {
            file.write_all_at(&header(samples), 0)?;
        }
        let _ = file.set_modified(SystemTime::now());
        let wanted =
            budget.unwrap_or_else(|| (estimate.pixel_bytes / 10 * 11).min(room::free_disk(folder) / 2));
        let limit = file.metadata()?.len().max(data_start + wanted);
        // Sparse: only what is written takes room.
        file.set_len(limit)?;
        let map = Map::of(&file, limit as usize)?;
        let mut cache = Self {
            file,
            map,
            _lock: lock,
            samples,
            end: AtomicU64::new(data_start),
            limit: data_start + wanted,
            data_start,
            full: AtomicBool::new(false),
            checked: (0..samples.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            held: AtomicU64::new(0),
        };
        cache.count();
        tracing::info!(
            folder = %folder.display(),
            held = cache.held.load(Ordering::Relaxed),
            limit_mb = wanted >> 20,
            writes = cache._lock.is_some(),
            "decoded images are kept on disk"
        );
        Ok(cache)
    }

    /// Finds the end of what earlier runs wrote.
    fn count(&mut self) {
        let (mut end, mut held) = (self.data_start, 0);
        for sample in 0..self.samples as u32 {
            if let Some(record) = self.record(sample) {
                end = end.max(record.offset + record.bytes());
                held += 1;
            }
        }
        *self.end.get_mut() = end.next_multiple_of(64);
        *self.held.get_mut() = held;
    }

    fn record(&self, sample: u32) -> Option<Record> {
        let at = HEADER_BYTES as usize + sample as usize * RECORD_BYTES;
        let record = Record::read(self.map.bytes(at, RECORD_BYTES)?)?;
        let end = record.offset.checked_add(record.bytes())?;
        (record.offset >= self.data_start && end <= self.map.len() as u64).then_some(record)
    }

    pub fn get(&self, sample: u32, source: &Path) -> Option<RgbView<'_>> {
        let record = self.record(sample)?;
        if record.source != source_stamp(source)? {
            return None;
        }
        let pixels = self.map.bytes(record.offset as usize, record.bytes() as usize)?;
        let (word, bit) = (&self.checked[sample as usize / 64], 1u64 << (sample % 64));
        if word.load(Ordering::Relaxed) & bit == 0 {
            if sum(pixels) != record.pixel_sum {
                return None;
            }
            word.fetch_or(bit, Ordering::Relaxed);
        }
        Some(RgbView::new(record.width as usize, record.height as usize, pixels))
    }

    pub fn wish(&self, _sample: u32) -> Wish {
        if self._lock.is_some() && !self.full.load(Ordering::Relaxed) { Wish::Pixels } else { Wish::Nothing }
    }

    pub fn put(&self, sample: u32, image: RgbView, source: &Path) {
        let Some(stamp) = source_stamp(source) else { return };
        let size = image.pixels_hwc.len() as u64;
        let offset = self.end.fetch_add(size.next_multiple_of(64), Ordering::Relaxed);
        if offset + size > self.limit {
            self.full.store(true, Ordering::Relaxed);
            return;
        }
        let record = Record {
            offset,
            width: image.width as u32,
            height: image.height as u32,
            source: stamp,
            pixel_sum: sum(image.pixels_hwc),
        };
        let at = HEADER_BYTES + u64::from(sample) * RECORD_BYTES as u64;
        let written = self
            .file
            .write_all_at(image.pixels_hwc, offset)
            .and_then(|()| self.file.write_all_at(&record.to_bytes(), at));
        match written {
            Ok(()) => {
                self.checked[sample as usize / 64].fetch_or(1 << (sample % 64), Ordering::Relaxed);
                self.held.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) if !self.full.swap(true, Ordering::Relaxed) => {
                tracing::warn!(%error, "the disk cache takes no more images");
            }
            Err(_) => {}
        }
    }

    pub fn report(&self) -> CacheReport {
        CacheReport {
            kind: CacheKind::Disk,
            budget_bytes: self.limit - self.data_start,
            used_bytes: self.end.load(Ordering::Relaxed).min(self.limit) - self.data_start,
            samples: self.held.load(Ordering::Relaxed),
        }
    }
}

fn header(samples: usize) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend((samples as u64).to_le_bytes());
    header.resize(HEADER_BYTES as usize, 0);
    header
}

/// Names a list of images in its order. Labels have no part in it.
fn key(dataset: &Dataset, split: Split) -> String {
    let mut digest = Sha256::new();
    digest.update(MAGIC);
    digest.update([u8::from(dataset.exif_transpose())]);
    for sample in 0..dataset.len(split) as u32 {
        digest.update(dataset.path(split, sample).as_os_str().as_bytes());
        digest.update([0]);
    }
    digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Size and time of a source file, in one number each.
fn source_stamp(path: &Path) -> Option<(u64, i64)> {
    let metadata = fs::metadata(file_of(path)).ok()?;
    Some((metadata.len(), metadata.mtime().wrapping_mul(1_000_000_000).wrapping_add(metadata.mtime_nsec())))
}

/// Takes the lock without waiting; it ends with the process, however that ends.
fn try_lock(file: &File) -> bool {
    // SAFETY: a lock on an open descriptor.
    unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) == 0 }
}

/// Removes what nobody uses any more; failures do not matter.
fn forget_old_files(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let old = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let old = old.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > FORGOTTEN);
        if old && path.extension().is_some_and(|extension| extension == "pixels") {
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(path.with_extension("lock"));
        }
    }
}

#[cfg(test)]
mod tests;
