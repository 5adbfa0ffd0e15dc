//! Reading a data set from disk, whatever its layout.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use classifier_spec::{DatasetFormat, DatasetSpec, Fault, FaultKind, OnError, Split};

use super::{
    PathTable,
    image_folder::{self, is_image_name},
    index_cache::Witnesses,
    jsonl, list,
    rows::{Labels, Rows},
    shards, walk,
};

const LISTS: [&[u8]; 5] =
    [b"annotations.csv", b"annotations.tsv", b"labels.csv", b"labels.tsv", list::ONE_HOT.as_bytes()];
/// Every name that a split has.
const SPLITS: [(Split, &[&str]); 3] =
    [(Split::Train, &["train"]), (Split::Val, &["valid", "val", "validation"]), (Split::Test, &["test"])];

/// `annotations.jsonl`, or as Roboflow names it: `_annotations.jsonl`, `_annotations.train.jsonl`.
fn is_annotations(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"_").unwrap_or(name);
    let Some(split) = name.strip_prefix(b"annotations").and_then(|name| name.strip_suffix(b".jsonl")) else {
        return false;
    };
    split.is_empty()
        || SPLITS
            .iter()
            .flat_map(|(_, names)| *names)
            .any(|name| split[1..] == *name.as_bytes() && split[0] == b'.')
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
pub struct Found {
    pub split: Split,
    pub name: String,
    pub folder: PathBuf,
    pub rows: Rows,
}

/// A data set as it was read, before its labels become classes.
pub struct Scan {
    /// What it is; where shards and class folders stand side by side, class folders.
    pub format: DatasetFormat,
    pub labels: Labels,
    pub found: Vec<Found>,
    pub warnings: Vec<String>,
    /// Folders and annotation files that the scan depends on.
    pub witnesses: Witnesses,
}

/// Reads everything.
pub fn scan(root: &Path, spec: &DatasetSpec) -> Result<Scan, Fault> {
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
                let rows = read_folder(&folder, spec.format, keep_missing, &mut scan)?;
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

/// The splits that exist, in the order train, val, test.
fn split_sources(root: &Path, warnings: &mut Vec<String>) -> Result<Vec<(Split, Source)>, Fault> {
    let mut sources = Vec::new();
    for (split, names) in SPLITS {
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
        let hint = match folder_with_splits(root) {
            Some(below) => format!("{} has: set data.data_root to it.", below.display()),
            None => "Put the images into train/<class>/ and valid/<class>/, or an annotations.jsonl into train/ and \
                     valid/."
                .into(),
        };
        return Err(Fault::new(
            FaultKind::Data,
            format!("the data set folder {} has no train/, valid/ (or val/) or test/ folder", root.display()),
        )
        .hint(hint));
    }
    Ok(sources)
}

/// A folder directly below `root` that holds a train split, the first by name.
fn folder_with_splits(root: &Path) -> Option<PathBuf> {
    let mut below: Vec<_> = fs::read_dir(root).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    below.sort_unstable();
    below.into_iter().find(|folder| {
        folder.join("train").is_dir()
            || ["_annotations.train.jsonl", "train.jsonl", "train.csv", "train.tsv"]
                .iter()
                .any(|file| folder.join(file).is_file())
    })
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

/// What a folder without annotations is read for: shards and class folders stand side by side unless one is asked for.
struct Takes {
    shards: bool,
    files: bool,
}

impl Takes {
    fn of(asked: DatasetFormat, found: DatasetFormat) -> Self {
        let takes = |format| match asked {
            DatasetFormat::Auto => !matches!(found, DatasetFormat::Jsonl | DatasetFormat::Csv),
            _ => asked == format,
        };
        Self { shards: takes(DatasetFormat::Webdataset), files: takes(DatasetFormat::Imagefolder) }
    }
}

/// Reads a split from its folder.
fn read_folder(
    folder: &Path,
    asked: DatasetFormat,
    keep_missing: bool,
    scan: &mut Scan,
) -> Result<Rows, Fault> {
    let mut files = PathTable::default();
    let (mut annotations, mut lists, mut tars) = (Vec::new(), Vec::new(), Vec::new());
    let mut others = 0;
    let takes = Takes::of(asked, scan.format);
    let format = &mut scan.format;
    let walked = walk::walk(folder, &mut |file| {
        let name = file.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let is_shard = name.ends_with(b".tar");
        if is_annotations(name) {
            annotations.push(file.to_vec());
        } else if LISTS.contains(&name) {
            lists.push(file.to_vec());
        } else if takes.shards && is_shard {
            tars.push(file.to_vec());
        } else if takes.files && !is_shard {
            files.push(file);
        } else if takes.shards || takes.files {
            others += u32::from(is_shard || is_image_name(name));
        }
        Ok(())
    })?;
    if *format == DatasetFormat::Auto {
        *format = match (annotations.is_empty(), lists.is_empty()) {
            (false, _) => DatasetFormat::Jsonl,
            (true, false) => DatasetFormat::Csv,
            (true, true) if tars.is_empty() => DatasetFormat::Imagefolder,
            (true, true) => DatasetFormat::Webdataset,
        };
    }
    for file in annotations.iter().chain(&lists).chain(&tars) {
        scan.witnesses.add(&folder.join(OsStr::from_bytes(file)));
    }
    let folders: Vec<PathBuf> = walked.folders.iter().map(|(path, _)| path.clone()).collect();
    scan.witnesses.add_folders(walked.folders);
    let labels = &mut scan.labels;
    let mut rows = match scan.format {
        DatasetFormat::Jsonl => jsonl::read(folder, &annotations, keep_missing, labels)?,
        DatasetFormat::Csv => list::read(folder, &lists, keep_missing, labels)?,
        _ => {
            let mut rows = image_folder::read(folder, &files, labels)?;
            if rows.len() > 0 {
                scan.format = DatasetFormat::Imagefolder;
            }
            shards::read(folder, &tars, labels, &mut rows)?;
            if tars.is_empty() {
                image_folder::warn_of_empty_classes(folder, &folders, &mut rows);
            }
            rows
        }
    };
    if others > 0 {
        let (what, name) = match scan.format {
            DatasetFormat::Webdataset => ("images outside of shards", "webdataset"),
            _ => ("shards (.tar)", "imagefolder"),
        };
        rows.warnings.push(format!("{others} {what} are not read with data.format={name}; auto reads both"));
    }
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
            "has no labelled rows in any annotations.csv, annotations.tsv or _classes.csv".into(),
            "Put an annotations.csv with rows path,label beside the images.",
        ),
        DatasetFormat::Webdataset => (
            "holds no labelled images in shards (.tar)".into(),
            "Put shards in WebDataset's layout into it, 0001.jpg beside 0001.cls; or leave data.format=auto.",
        ),
        _ => (
            "holds no images in class folders".into(),
            "Put the images into one folder a class, or an annotations.jsonl beside them.",
        ),
    };
    Fault::new(FaultKind::Data, format!("the split {} {what}", folder.display())).hint(hint)
}
