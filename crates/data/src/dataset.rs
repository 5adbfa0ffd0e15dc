//! The index of a data set: which images there are, and their labels.

mod image_folder;
mod index_cache;
mod jsonl;
mod jsonl_row;
mod list;
mod metadata;
mod path_table;
mod plain_files;
mod rows;
mod scan;
mod shards;
mod summarize;
mod tar;
mod walk;

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use classifier_spec::{DatasetSpec, DatasetSummary, Fault, FaultKind, OnError, Split};

use metadata::Metadata;
pub use path_table::PathTable;
use scan::scan;
use summarize::summarize;

/// A data set as found on disk; does not change afterwards.
#[derive(Debug)]
pub struct Dataset {
    summary: DatasetSummary,
    splits: HashMap<Split, SplitIndex>,
    on_error: OnError,
    exif_transpose: bool,
}

#[derive(Debug)]
struct SplitIndex {
    folder: PathBuf,
    paths: PathTable,
    labels: Vec<u32>,
    metadata: Metadata,
}

impl Dataset {
    /// Scans the data set that `spec` names.
    pub fn open(spec: &DatasetSpec) -> Result<Self, Fault> {
        let root = absolute(Path::new(&spec.root))?;
        let scan = match index_cache::read(&root, spec) {
            Some(scan) => scan,
            None => {
                let begin = Instant::now();
                let scan = scan(&root, spec)?;
                index_cache::write(&root, spec, &scan, begin.elapsed());
                scan
            }
        };
        summarize(spec, root, scan)
    }

    pub fn summary(&self) -> &DatasetSummary {
        &self.summary
    }

    /// Class names in index order.
    pub fn classes(&self) -> &[String] {
        &self.summary.classes
    }

    /// Samples of a split; 0 where the data set has no such split.
    pub fn len(&self, split: Split) -> usize {
        self.labels(split).len()
    }

    pub fn is_empty(&self, split: Split) -> bool {
        self.len(split) == 0
    }

    /// The class index of each sample of a split.
    pub fn labels(&self, split: Split) -> &[u32] {
        self.splits.get(&split).map_or(&[], |index| &index.labels)
    }

    /// The absolute path of a sample's image; panics on a sample that is not there.
    pub fn path(&self, split: Split, sample: u32) -> PathBuf {
        let index = &self.splits[&split];
        index.paths.join(&index.folder, sample as usize)
    }

    /// JSON text of an object with what the sample's annotation says beyond image, prefix and label; `None` where it says
    /// no more.
    pub fn metadata(&self, split: Split, sample: u32) -> Option<&str> {
        self.splits.get(&split)?.metadata.get(sample as usize)
    }

    /// The path below the data set's root, for people.
    pub fn relative_path(&self, split: Split, sample: u32) -> String {
        let path = self.path(split, sample);
        path.strip_prefix(&self.summary.root).unwrap_or(&path).to_string_lossy().into_owned()
    }

    pub fn on_error(&self) -> OnError {
        self.on_error
    }

    pub fn exif_transpose(&self) -> bool {
        self.exif_transpose
    }
}

fn absolute(root: &Path) -> Result<PathBuf, Fault> {
    let path = env::current_dir().map(|here| here.join(root)).unwrap_or_else(|_| root.to_path_buf());
    let missing = |reason: String| {
        Fault::new(FaultKind::Data, format!("the data set folder {} {reason}", path.display()))
            .hint("Set data.data_root to a folder with train/, valid/ (or val/) and test/ below it.")
            .details(serde_json::json!({ "path": path.to_string_lossy() }))
    };
    let path = fs::canonicalize(&path).map_err(|error| missing(format!("cannot be opened: {error}")))?;
    if path.is_dir() { Ok(path) } else { Err(missing("is not a folder".into())) }
}
