//! The index of a data set: which images there are, and their labels.

mod image_folder;
mod index_cache;
mod jsonl;
mod list;
mod path_table;
mod plain_files;
mod rows;
mod walk;

use std::{
    collections::{BTreeMap, HashMap},
    env,
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Instant,
};

use classifier_spec::{
    DatasetFormat, DatasetSpec, DatasetSummary, Fault, FaultKind, LabelCount, OnError, Split, SplitSummary,
};
use sha2::{Digest, Sha256};

use index_cache::Witnesses;
pub use path_table::PathTable;
use rows::{Labels, Rows};

const ANNOTATIONS: &[u8] = b"annotations.jsonl";
const LISTS: [&[u8]; 4] = [b"annotations.csv", b"annotations.tsv", b"labels.csv", b"labels.tsv"];

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
}

/// Where a split's samples are named.
enum Source {
    /// A folder of this name.
    Folder(String),
    /// A file of annotations in the root, for images in the root.
    File(String),
}

impl Source {
    fn name(&self) -> &str {
        match self {
            Self::Folder(name) | Self::File(name) => name,
        }
    }
}

/// A split as it was read.
struct Found {
    split: Split,
    name: String,
    folder: PathBuf,
    rows: Rows,
}

/// A data set as it was read, before its labels become classes.
struct Scan {
    format: DatasetFormat,
    labels: Labels,
    found: Vec<Found>,
    warnings: Vec<String>,
    /// Folders and annotation files that the scan depends on.
    witnesses: Witnesses,
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
        let Scan { format, labels, found, warnings, .. } = scan;
        let classes = match &spec.classes {
            Some(classes) => classes.clone(),
            None => classes_of_train(&root, &found, &labels)?,
        };
        build(spec, root, format, classes, labels, found, warnings)
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

/// Reads everything.
fn scan(root: &Path, spec: &DatasetSpec) -> Result<Scan, Fault> {
    let mut scan = Scan {
        format: spec.format,
        labels: Labels::default(),
        found: Vec::new(),
        warnings: Vec::new(),
        witnesses: Witnesses::default(),
    };
    scan.witnesses.add(root);
    for (split, source) in split_sources(root, &mut scan.warnings)? {
        let keep_missing = split == Split::Train && spec.on_error == OnError::Skip;
        let name = source.name().to_owned();
        let (folder, rows) = match source {
            Source::Folder(name) => {
                let folder = root.join(name);
                let rows = read_folder(&folder, keep_missing, &mut scan)?;
                (folder, rows)
            }
            Source::File(name) => (root.to_path_buf(), read_file(root, name, keep_missing, &mut scan)?),
        };
        if rows.len() == 0 && split == Split::Test {
            scan.warnings.push(format!("{name} holds no labelled images and is not used"));
            continue;
        }
        if rows.len() == 0 {
            return Err(without_images(&root.join(name), &rows, scan.format));
        }
        scan.found.push(Found { split, name, folder, rows });
    }
    Ok(scan)
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

/// The splits that exist, in the order train, val, test.
fn split_sources(root: &Path, warnings: &mut Vec<String>) -> Result<Vec<(Split, Source)>, Fault> {
    let mut sources = Vec::new();
    for (split, names) in [
        (Split::Train, &["train"][..]),
        (Split::Val, &["valid", "val", "validation"]),
        (Split::Test, &["test"]),
    ] {
        let folders =
            names.iter().filter(|name| root.join(name).is_dir()).map(|name| Source::Folder((*name).into()));
        let files = names.iter().flat_map(|name| {
            [
                format!("_annotations.{name}.jsonl"),
                format!("{name}.jsonl"),
                format!("{name}.csv"),
                format!("{name}.tsv"),
            ]
        });
        let files = files.filter(|name| root.join(name).is_file()).map(Source::File);
        let mut present = folders.chain(files);
        if let Some(first) = present.next() {
            for other in present {
                warnings.push(format!(
                    "{} and {} both exist: {} is not used",
                    first.name(),
                    other.name(),
                    other.name()
                ));
            }
            sources.push((split, first));
        }
    }
    if sources.is_empty() {
        return Err(Fault::new(
            FaultKind::Data,
            format!("the data set folder {} has no train/, valid/ (or val/) or test/ folder", root.display()),
        )
        .hint("Put the images into train/<class>/ and valid/<class>/, or an annotations.jsonl into train/ and valid/."));
    }
    Ok(sources)
}

/// Reads a split from an annotation file in the root.
fn read_file(root: &Path, name: String, keep_missing: bool, scan: &mut Scan) -> Result<Rows, Fault> {
    let jsonl = name.ends_with(".jsonl");
    if scan.format == DatasetFormat::Auto {
        scan.format = if jsonl { DatasetFormat::Jsonl } else { DatasetFormat::Csv };
    }
    scan.witnesses.add(&root.join(&name));
    let files = [name.into_bytes()];
    let labels = &mut scan.labels;
    if jsonl {
        jsonl::read(root, &files, keep_missing, labels)
    } else {
        list::read(root, &files, keep_missing, labels)
    }
}

/// Reads a split from its folder.
fn read_folder(folder: &Path, keep_missing: bool, scan: &mut Scan) -> Result<Rows, Fault> {
    let mut files = PathTable::default();
    let (mut annotations, mut lists) = (Vec::new(), Vec::new());
    let format = &mut scan.format;
    let walked = walk::walk(folder, &mut |file| {
        let name = file.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        if name == ANNOTATIONS {
            annotations.push(file.to_vec());
        } else if LISTS.contains(&name) {
            lists.push(file.to_vec());
        } else if matches!(format, DatasetFormat::Auto | DatasetFormat::Imagefolder) {
            files.push(file);
        }
        Ok(())
    })?;
    if *format == DatasetFormat::Auto {
        *format = match (annotations.is_empty(), lists.is_empty()) {
            (false, _) => DatasetFormat::Jsonl,
            (true, false) => DatasetFormat::Csv,
            (true, true) => DatasetFormat::Imagefolder,
        };
    }
    for file in annotations.iter().chain(&lists) {
        scan.witnesses.add(&folder.join(OsStr::from_bytes(file)));
    }
    scan.witnesses.add_folders(walked.folders);
    let labels = &mut scan.labels;
    let mut rows = match scan.format {
        DatasetFormat::Jsonl => jsonl::read(folder, &annotations, keep_missing, labels)?,
        DatasetFormat::Csv => list::read(folder, &lists, keep_missing, labels)?,
        _ => image_folder::read(folder, &files, labels)?,
    };
    if walked.loops > 0 {
        rows.warnings
            .push(format!("{} links lead back to a folder above them and were not followed", walked.loops));
    }
    if walked.dangling > 0 {
        rows.warnings.push(format!("{} links point nowhere and were left out", walked.dangling));
    }
    Ok(rows)
}

fn without_images(folder: &Path, rows: &Rows, format: DatasetFormat) -> Fault {
    let (what, hint) = match format {
        DatasetFormat::Jsonl if rows.empty_labels > 0 => (
            format!("has {} rows, all with an empty label", rows.empty_labels),
            "Write each label into \"suffix\".",
        ),
        DatasetFormat::Jsonl => (
            "has no rows in any annotations.jsonl".into(),
            "Put an annotations.jsonl with rows {\"image\", \"prefix\", \"suffix\"} beside the images.",
        ),
        DatasetFormat::Csv => (
            "has no rows in any annotations.csv or annotations.tsv".into(),
            "Put an annotations.csv with rows path,label beside the images.",
        ),
        _ => (
            "holds no images in class folders".into(),
            "Put the images into one folder a class, or an annotations.jsonl beside them.",
        ),
    };
    Fault::new(FaultKind::Data, format!("the split {} {what}", folder.display())).hint(hint)
}

fn classes_of_train(root: &Path, found: &[Found], labels: &Labels) -> Result<Vec<String>, Fault> {
    let Some(train) = found.iter().find(|found| found.split == Split::Train) else {
        return Err(Fault::new(FaultKind::Data, format!("the data set {} has no train/ folder", root.display()))
            .hint("The classes are those of the train split: add train/, or evaluate a model that knows its classes."));
    };
    let mut used = vec![false; labels.names.len()];
    for label in &train.rows.labels {
        used[*label as usize] = true;
    }
    let mut classes: Vec<_> =
        labels.names.iter().zip(used).filter(|(_, used)| *used).map(|(name, _)| name.clone()).collect();
    // The order of UTF-8 bytes is the order of code points.
    classes.sort_unstable();
    Ok(classes)
}

fn build(
    spec: &DatasetSpec,
    root: PathBuf,
    format: DatasetFormat,
    classes: Vec<String>,
    labels: Labels,
    found: Vec<Found>,
    mut warnings: Vec<String>,
) -> Result<Dataset, Fault> {
    let index_of: HashMap<&str, u32> =
        classes.iter().enumerate().map(|(index, name)| (name.as_str(), index as u32)).collect();
    if index_of.len() < classes.len() {
        return Err(Fault::new(FaultKind::Config, "the list of classes names one class twice"));
    }
    let class_of: Vec<Option<u32>> =
        labels.names.iter().map(|name| index_of.get(name.as_str()).copied()).collect();
    let mut digest = Sha256::new();
    let mut summaries = Vec::new();
    let mut splits = HashMap::new();
    for Found { split, name, folder, mut rows } in found {
        let mut unknown: BTreeMap<u32, u32> = BTreeMap::new();
        for label in rows.labels.iter().filter(|label| class_of[**label as usize].is_none()) {
            *unknown.entry(*label).or_default() += 1;
        }
        if !unknown.is_empty() {
            let keep: Vec<bool> =
                rows.labels.iter().map(|label| class_of[*label as usize].is_some()).collect();
            rows.retain(&keep);
        }
        let sorted = rows.sorted();
        let (images, duplicates) = count_files(&rows, &sorted);
        for row in &sorted {
            let row = *row as usize;
            digest.update(name.as_bytes());
            digest.update([0]);
            digest.update(rows.paths.bytes(row));
            digest.update([0]);
            digest.update(labels.names[rows.labels[row] as usize].as_bytes());
            digest.update([0]);
            digest.update(rows.sizes[row].to_le_bytes());
        }
        let indices: Vec<u32> = rows.labels.iter().filter_map(|label| class_of[*label as usize]).collect();
        let mut per_class = vec![0u32; classes.len()];
        for class in &indices {
            per_class[*class as usize] += 1;
        }
        let mut unknown: Vec<LabelCount> = unknown
            .into_iter()
            .map(|(label, count)| LabelCount { label: labels.names[label as usize].clone(), count })
            .collect();
        unknown.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
        let summary = SplitSummary {
            split,
            folder: name,
            samples: indices.len() as u32,
            images,
            per_class,
            empty_labels: rows.empty_labels,
            unknown_labels: unknown.iter().map(|unknown| unknown.count).sum(),
            unknown,
            duplicates,
        };
        warn(&summary, &rows, &mut warnings);
        if summary.samples == 0 {
            let message = format!("the split {} holds no image of a known class", folder.display());
            return Err(Fault::new(FaultKind::Data, message)
                .hint("Its labels must be among those of the train split."));
        }
        summaries.push(summary);
        rows.paths.shrink();
        splits.insert(split, SplitIndex { folder, paths: rows.paths, labels: indices });
    }
    let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let root = root.to_string_lossy().into_owned();
    let summary = DatasetSummary { root, format, classes, splits: summaries, fingerprint, warnings };
    Ok(Dataset { summary, splits, on_error: spec.on_error, exif_transpose: spec.exif_transpose })
}

/// Different files, and rows that repeat another's file and label.
fn count_files(rows: &Rows, sorted: &[u32]) -> (u32, u32) {
    let (mut images, mut duplicates) = (0, 0);
    for (place, row) in sorted.iter().enumerate() {
        let same = |other: u32| rows.paths.bytes(other as usize) == rows.paths.bytes(*row as usize);
        let before = place.checked_sub(1).map(|before| sorted[before]);
        if !before.is_some_and(same) {
            images += 1;
        } else if before.is_some_and(|before| rows.labels[before as usize] == rows.labels[*row as usize]) {
            duplicates += 1;
        }
    }
    (images, duplicates)
}

fn warn(summary: &SplitSummary, rows: &Rows, warnings: &mut Vec<String>) {
    let folder = &summary.folder;
    if summary.empty_labels > 0 {
        warnings.push(format!("{folder}: {} rows with an empty label were dropped", summary.empty_labels));
    }
    if summary.unknown_labels > 0 {
        let names: Vec<_> =
            summary.unknown.iter().take(5).map(|unknown| format!("{:?}", unknown.label)).collect();
        let more = if summary.unknown.len() > 5 { ", …" } else { "" };
        warnings.push(format!(
            "{folder}: {} rows with a label that the train split does not have were skipped ({}{more})",
            summary.unknown_labels,
            names.join(", ")
        ));
    }
    if summary.duplicates > 0 {
        warnings
            .push(format!("{folder}: {} rows repeat the image and label of another row", summary.duplicates));
    }
    if rows.missing > 0 {
        warnings.push(format!("{folder}: {} images do not exist and will be skipped", rows.missing));
    }
    warnings.extend(rows.warnings.iter().map(|warning| format!("{folder}: {warning}")));
}
