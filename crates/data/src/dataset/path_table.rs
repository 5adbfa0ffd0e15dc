//! Many paths in little memory.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// A list of relative paths in one allocation. Names are bytes: Linux does not promise UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathTable {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl PathTable {
    pub fn push(&mut self, path: &[u8]) {
        self.bytes.extend_from_slice(path);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn bytes(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    pub fn path(&self, index: usize) -> &Path {
        Path::new(OsStr::from_bytes(self.bytes(index)))
    }

    pub fn join(&self, root: &Path, index: usize) -> PathBuf {
        root.join(self.path(index))
    }

    /// Keeps the paths whose place is marked.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut kept = Self::default();
        for (index, keep) in keep.iter().enumerate() {
            if *keep {
                kept.push(self.bytes(index));
            }
        }
        *self = kept;
    }

    /// All names one after the other, and where each ends.
    pub fn parts(&self) -> (&[u8], &[usize]) {
        (&self.bytes, &self.ends)
    }

    /// A table of such parts; `None` where they do not fit together.
    pub fn from_parts(bytes: Vec<u8>, ends: Vec<usize>) -> Option<Self> {
        let fits = ends.is_sorted() && ends.last().copied().unwrap_or(0) == bytes.len();
        fits.then_some(Self { bytes, ends })
    }

    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
