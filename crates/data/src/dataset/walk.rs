//! A walk over a folder that cannot run in circles.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use classifier_spec::{Fault, FaultKind};

/// What a walk reports besides files.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Links to a folder that the walk is already in.
    pub loops: u32,
    /// Links that point nowhere.
    pub dangling: u32,
    /// Every folder, with the time of its last change in nanoseconds.
    pub folders: Vec<(PathBuf, i64)>,
}

/// The time of the last change, in nanoseconds since 1970.
pub fn changed(metadata: &fs::Metadata) -> i64 {
    metadata.mtime().wrapping_mul(1_000_000_000).wrapping_add(metadata.mtime_nsec())
}

/// Calls `visit` with the path below `root` of every file: a folder's files before its folders, each in the order of
/// their names' bytes. Names that begin with a dot are left out. Links are followed.
pub fn walk(root: &Path, visit: &mut dyn FnMut(&[u8]) -> Result<(), Fault>) -> Result<Walked, Fault> {
    let mut walker = Walker {
        path: root.to_path_buf(),
        relative: Vec::new(),
        ancestors: Vec::new(),
        visit,
        walked: Walked::default(),
    };
    walker.folder()?;
    Ok(walker.walked)
}

struct Walker<'a> {
    path: PathBuf,
    relative: Vec<u8>,
    /// Device and inode of the folders that the walk is in.
    ancestors: Vec<(u64, u64)>,
    visit: &'a mut dyn FnMut(&[u8]) -> Result<(), Fault>,
    walked: Walked,
}

/// The names in one folder, in one allocation.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    spans: Vec<(usize, usize)>,
}

impl Names {
    fn push(&mut self, name: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        self.spans.push((start, self.bytes.len()));
    }

    fn sorted(&mut self) -> impl Iterator<Item = &[u8]> {
        let bytes = &self.bytes;
        self.spans.sort_unstable_by(|a, b| bytes[a.0..a.1].cmp(&bytes[b.0..b.1]));
        self.spans.iter().map(|(start, end)| &bytes[*start..*end])
    }
}

impl Walker<'_> {
    fn folder(&mut self) -> Result<(), Fault> {
        let (mut files, mut folders) = (Names::default(), Names::default());
        let metadata = fs::metadata(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        let identity = (metadata.dev(), metadata.ino());
        if self.ancestors.contains(&identity) {
            self.walked.loops += 1;
            return Ok(());
        }
        self.walked.folders.push((self.path.clone(), changed(&metadata)));
        for entry in fs::read_dir(&self.path).map_err(|error| unreadable(&self.path, &error))? {
            let entry = entry.map_err(|error| unreadable(&self.path, &error))?;
            let name = entry.file_name();
            if name.as_bytes().starts_with(b".") {
                continue;
            }
            let mut kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
            if kind.is_symlink() {
                match fs::metadata(entry.path()) {
                    Ok(metadata) => kind = metadata.file_type(),
                    Err(_) => {
                        self.walked.dangling += 1;
                        continue;
                    }
                }
            }
            if kind.is_dir() {
                folders.push(name.as_bytes());
            } else if kind.is_file() {
                files.push(name.as_bytes());
            }
        }
        let depth = self.relative.len();
        for name in files.sorted() {
            self.relative.extend_from_slice(name);
            let answer = (self.visit)(&self.relative);
            self.relative.truncate(depth);
            answer?;
        }
        drop(files);
        self.ancestors.push(identity);
        for name in folders.sorted() {
            self.relative.extend_from_slice(name);
            self.relative.push(b'/');
            self.path.push(OsStr::from_bytes(name));
            let answer = self.folder();
            self.path.pop();
            self.relative.truncate(depth);
            answer?;
        }
        self.ancestors.pop();
        Ok(())
    }
}

/// A folder or file that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(FaultKind::Data, format!("{} cannot be read: {error}", path.display()))
        .hint("Check that it exists and that you may read it.")
        .details(serde_json::json!({ "path": path.to_string_lossy() }))
}
