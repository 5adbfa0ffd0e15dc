//! The index of a large data set, kept from one start to the next.
//!
//! It is used only while every folder and annotation file that it was made from is as it was. An image that is
//! overwritten in place is not noticed by the index; its pixels are read anew all the same.

use std::{
    ffi::OsStr,
    fs, mem,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use classifier_spec::{DatasetFormat, DatasetSpec, Split};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Metadata, PathTable,
    rows::{Labels, Rows},
    scan::{Found, Scan},
    walk::changed,
};
use crate::{cache_folder::cache_folder, checksum::sum};

const MAGIC: &[u8; 8] = b"CTINDEX3";
/// A scan that is quicker than this is not worth keeping.
const SLOW: Duration = Duration::from_millis(400);
/// What changed less than this before it was looked at may change again within the same tick of the file system's clock.
const SETTLED: Duration = Duration::from_secs(2);

/// Files and folders with their sizes (0 for folders) and times, whose change makes an index stale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnesses(Vec<(Vec<u8>, u64, i64)>);

impl Witnesses {
    pub fn add(&mut self, path: &Path) {
        let (size, time) = state(path).unwrap_or_default();
        self.0.push((path.as_os_str().as_bytes().to_vec(), size, time));
    }

    /// Folders with the times that a walk saw, before it read them.
    pub fn add_folders(&mut self, folders: Vec<(PathBuf, i64)>) {
        self.0.extend(
            folders.into_iter().map(|(path, time)| (path.into_os_string().as_bytes().to_vec(), 0, time)),
        );
    }

    fn hold(&self) -> bool {
        self.0
            .iter()
            .all(|(path, size, time)| state(Path::new(OsStr::from_bytes(path))) == Some((*size, *time)))
    }

    fn settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let limit = now.saturating_sub(SETTLED).as_nanos() as i64;
        self.0.iter().all(|(_, _, time)| *time < limit)
    }
}

fn state(path: &Path) -> Option<(u64, i64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((if metadata.is_dir() { 0 } else { metadata.size() }, changed(&metadata)))
}

/// All but the long tables.
#[derive(Serialize, Deserialize)]
struct Head {
    format: DatasetFormat,
    labels: Vec<String>,
    warnings: Vec<String>,
    witnesses: Witnesses,
    splits: Vec<SplitHead>,
}

#[derive(Serialize, Deserialize)]
struct SplitHead {
    split: Split,
    name: String,
    folder: Vec<u8>,
    rows: usize,
    path_bytes: usize,
    metadata_rows: usize,
    metadata_bytes: usize,
    empty_labels: u32,
    missing: u32,
    warnings: Vec<String>,
}

fn file(root: &Path, spec: &DatasetSpec) -> Option<PathBuf> {
    let mut digest = Sha256::new();
    digest.update(MAGIC);
    digest.update(root.as_os_str().as_bytes());
    digest.update(format!("\0{:?} {:?}", spec.format, spec.on_error));
    let name: String = digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(cache_folder()?.join("index").join(name))
}

/// The index of an earlier start, if there is one and nothing changed since.
pub fn read(root: &Path, spec: &DatasetSpec) -> Option<Scan> {
    let bytes = fs::read(file(root, spec)?).ok()?;
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (stored, body) = rest.split_first_chunk::<8>()?;
    if magic != MAGIC || *stored != sum(body).to_le_bytes() {
        return None;
    }
    let mut reader = Reader(body);
    let length = reader.number()?;
    let head: Head = serde_json::from_slice(reader.take(length)?).ok()?;
    if !head.witnesses.hold() {
        return None;
    }
    let found = head.splits.into_iter().map(|split| reader.split(split)).collect::<Option<_>>()?;
    tracing::debug!("the index of an earlier start is still right");
    let labels = Labels::of(head.labels);
    Some(Scan { format: head.format, labels, found, warnings: head.warnings, witnesses: head.witnesses })
}

/// Keeps an index whose scan took long. Failures do not matter: the next start scans again.
pub fn write(root: &Path, spec: &DatasetSpec, scan: &Scan, took: Duration) {
    if took < SLOW || !scan.witnesses.settled() {
        return;
    }
    let Some(file) = file(root, spec) else { return };
    let written = to_bytes(scan).and_then(|bytes| {
        fs::create_dir_all(file.parent()?).ok()?;
        let temporary = file.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&temporary, bytes).ok()?;
        fs::rename(temporary, &file).ok()
    });
    if written.is_none() {
        tracing::debug!(file = %file.display(), "the index cannot be kept");
    }
}

fn to_bytes(scan: &Scan) -> Option<Vec<u8>> {
    let head = Head {
        format: scan.format,
        labels: scan.labels.names.clone(),
        warnings: scan.warnings.clone(),
        witnesses: scan.witnesses.clone(),
        splits: scan.found.iter().map(split_head).collect(),
    };
    let head = serde_json::to_vec(&head).ok()?;
    let mut body = (head.len() as u64).to_le_bytes().to_vec();
    body.extend(head);
    for Found { rows, .. } in &scan.found {
        let (bytes, ends) = rows.paths.parts();
        body.extend(ends.iter().flat_map(|end| (*end as u64).to_le_bytes()));
        body.extend(rows.labels.iter().flat_map(|label| label.to_le_bytes()));
        body.extend(rows.sizes.iter().flat_map(|size| size.to_le_bytes()));
        body.extend_from_slice(bytes);
        let (bytes, ends) = rows.metadata.parts();
        body.extend(ends.iter().flat_map(|end| (*end as u64).to_le_bytes()));
        body.extend_from_slice(bytes);
    }
    let mut all = MAGIC.to_vec();
    all.extend(sum(&body).to_le_bytes());
    all.extend(body);
    Some(all)
}

fn split_head(found: &Found) -> SplitHead {
    let Found { split, name, folder, rows } = found;
    SplitHead {
        split: *split,
        name: name.clone(),
        folder: folder.as_os_str().as_bytes().to_vec(),
        rows: rows.len(),
        path_bytes: rows.paths.parts().0.len(),
        metadata_rows: rows.metadata.parts().1.len(),
        metadata_bytes: rows.metadata.parts().0.len(),
        empty_labels: rows.empty_labels,
        missing: rows.missing,
        warnings: rows.warnings.clone(),
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?) as usize)
    }

    fn words<const N: usize, T>(&mut self, count: usize, word: fn([u8; N]) -> T) -> Option<Vec<T>> {
        let bytes = self.take(count.checked_mul(N)?)?;
        Some(bytes.as_chunks::<N>().0.iter().map(|bytes| word(*bytes)).collect())
    }

    fn split(&mut self, mut head: SplitHead) -> Option<Found> {
        let ends = self.words(head.rows, |bytes| u64::from_le_bytes(bytes) as usize)?;
        let labels = self.words(head.rows, u32::from_le_bytes)?;
        let sizes = self.words(head.rows, u64::from_le_bytes)?;
        let paths = PathTable::from_parts(self.take(head.path_bytes)?.to_vec(), ends)?;
        let ends = self.words(head.metadata_rows, |bytes| u64::from_le_bytes(bytes) as usize)?;
        let metadata = Metadata::from_parts(self.take(head.metadata_bytes)?.to_vec(), ends)?;
        let rows = Rows {
            paths,
            labels,
            sizes,
            metadata,
            empty_labels: head.empty_labels,
            missing: head.missing,
            warnings: mem::take(&mut head.warnings),
        };
        let folder = PathBuf::from(OsStr::from_bytes(&head.folder));
        Some(Found { split: head.split, name: head.name, folder, rows })
    }
}

#[cfg(test)]
mod tests {
    use classifier_spec::OnError;

    use super::*;

    fn spec(root: &Path) -> DatasetSpec {
        DatasetSpec {
            root: root.to_str().unwrap().into(),
            format: DatasetFormat::Auto,
            on_error: OnError::Raise,
            exif_transpose: false,
            classes: None,
        }
    }

    #[test]
    fn metadata_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("train")).unwrap();
        fs::write(root.join("train/1.jpg"), "").unwrap();
        let rows =
            "{\"image\":\"1.jpg\",\"suffix\":\"a\"}\n{\"image\":\"1.jpg\",\"suffix\":\"b\",\"frame\":9}\n";
        fs::write(root.join("train/annotations.jsonl"), rows).unwrap();
        let scan = super::super::scan::scan(root, &spec(root)).unwrap();
        let bytes = to_bytes(&scan).unwrap();
        let mut reader = Reader(&bytes[16..]);
        let length = reader.number().unwrap();
        let head: Head = serde_json::from_slice(reader.take(length).unwrap()).unwrap();
        let found = reader.split(head.splits.into_iter().next().unwrap()).unwrap();
        assert_eq!(found.rows.metadata.get(1), Some("{\"frame\":9}"));
        assert_eq!(found.rows.metadata, scan.found[0].rows.metadata);
        assert!(reader.0.is_empty());
    }

    #[test]
    fn what_is_kept_is_what_was_scanned() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (class, image) in [("b", "1.png"), ("a", "2.png"), ("a", "ü.png")] {
            fs::create_dir_all(root.join("train").join(class)).unwrap();
            fs::write(root.join("train").join(class).join(image), image).unwrap();
        }
        fs::write(root.join("train/a/notes.txt"), "").unwrap();
        let scan = super::super::scan::scan(root, &spec(root)).unwrap();
        let bytes = to_bytes(&scan).unwrap();
        let mut reader = Reader(&bytes[16..]);
        let length = reader.number().unwrap();
        let head: Head = serde_json::from_slice(reader.take(length).unwrap()).unwrap();
        assert_eq!(head.labels, scan.labels.names);
        assert!(head.witnesses.hold());
        assert!(!head.witnesses.settled());
        let found = reader.split(head.splits.into_iter().next().unwrap()).unwrap();
        let rows = &scan.found[0].rows;
        assert_eq!(
            (&found.rows.paths, &found.rows.labels, &found.rows.sizes),
            (&rows.paths, &rows.labels, &rows.sizes)
        );
        assert_eq!(found.rows.warnings, rows.warnings);
        assert!(reader.0.is_empty());

        fs::write(root.join("train/a/3.png"), "new").unwrap();
        assert!(!head.witnesses.hold());
    }
}
