//! Where images come from and how they are fed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Transform;

/// A data set on disk. Splits are the folders `train`, `valid` (or `val`) and `test` below `root`, those that exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    pub root: String,
    pub format: DatasetFormat,
    pub on_error: OnError,
    /// Apply the EXIF orientation (Pillow's default loader does not).
    pub exif_transpose: bool,
    /// Class names in index order; `null` takes them from the train split, sorted by code point.
    pub classes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DatasetFormat {
    Auto,
    Jsonl,
    Imagefolder,
    Csv,
    Webdataset,
}

/// What a bad image of the train split does; validation and test always raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    Raise,
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    Train,
    Val,
    Test,
}

/// How one split is turned into batches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LoaderSpec {
    pub transforms: Vec<Transform>,
    pub batch_size: u32,
    /// Decode threads; 0 decodes on the caller's thread.
    pub num_workers: u32,
    /// Batches kept ready per worker.
    pub prefetch_factor: u32,
    pub drop_last: bool,
    pub sampler: SamplerSpec,
    pub cache: CacheSpec,
    /// At most this many batches an epoch; `null` is all.
    pub limit_batches: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SamplerSpec {
    Sequential,
    Shuffle,
    /// `WeightedRandomSampler`: every image of class c has weight `class_weights[c]`.
    Weighted {
        class_weights: Vec<f64>,
        num_samples: Option<u32>,
        replacement: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    pub kind: CacheKind,
    /// Upper bound in bytes; `null` lets the loader choose from the free memory or disk.
    #[ts(type = "number | null")]
    pub budget_bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    Off,
    Ram,
    Disk,
    Auto,
}

/// What a scan of a data set found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DatasetSummary {
    /// Absolute path.
    pub root: String,
    pub format: DatasetFormat,
    /// Class names in index order.
    pub classes: Vec<String>,
    pub splits: Vec<SplitSummary>,
    /// SHA-256 over the sorted (split, relative path, label, file size) rows: changes when the data set does.
    pub fingerprint: String,
    /// One counted line for each kind of oddity (empty labels dropped, unknown labels skipped, duplicates, …).
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SplitSummary {
    pub split: Split,
    /// The folder's name as found (`valid` or `val`).
    pub folder: String,
    /// Samples kept: rows with a usable label.
    pub samples: u32,
    /// Different image files among them.
    pub images: u32,
    /// Samples of each class, in class order.
    pub per_class: Vec<u32>,
    pub empty_labels: u32,
    pub unknown_labels: u32,
    /// The names of the unknown labels with their counts, most frequent first.
    pub unknown: Vec<LabelCount>,
    pub duplicates: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LabelCount {
    pub label: String,
    pub count: u32,
}
