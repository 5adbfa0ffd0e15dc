//! `COMMIT.json`: what a complete checkpoint consists of.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use classifier_spec::Fault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{COMMIT, hex, refuse};

/// Version of the folder's format; a newer one is refused.
pub(crate) const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Commit {
    pub format_version: u32,
    pub files: BTreeMap<String, CommittedFile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CommittedFile {
    pub bytes: u64,
    pub sha256: String,
}

impl Commit {
    fn read(directory: &Path) -> Result<Self, Fault> {
        let path = directory.join(COMMIT);
        let shown = directory.display();
        let text = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                refuse(format!("{shown} is no complete checkpoint: it has no {COMMIT}"))
            }
            _ => refuse(format!("{} cannot be read: {error}", path.display())),
        })?;
        let commit: Self = serde_json::from_slice(&text)
            .map_err(|error| refuse(format!("{} is broken: {error}", path.display())))?;
        if commit.format_version != FORMAT {
            return Err(refuse(format!(
                "{shown} has checkpoint format {}, this version reads {FORMAT}",
                commit.format_version
            ))
            .hint("Use the version that wrote it."));
        }
        Ok(commit)
    }
}

/// Reads the commit file and compares every file's size and hash.
pub(crate) fn verify(directory: &Path) -> Result<Commit, Fault> {
    let commit = Commit::read(directory)?;
    for (name, expected) in &commit.files {
        // A name is a plain file name: nothing outside the folder is ever read.
        if name.contains(['/', '\\']) || name == ".." {
            return Err(refuse(format!("{}: {COMMIT} names \"{name}\"", directory.display())));
        }
        let path = directory.join(name);
        let (bytes, sha256) =
            measure(&path).map_err(|error| refuse(format!("{} cannot be read: {error}", path.display())))?;
        if bytes != expected.bytes {
            return Err(refuse(format!(
                "{} has {bytes} bytes, {COMMIT} says {}: it was cut short or changed",
                path.display(),
                expected.bytes
            )));
        }
        if sha256 != expected.sha256 {
            return Err(refuse(format!(
                "{} does not have the SHA-256 that {COMMIT} says: it was changed",
                path.display()
            )));
        }
    }
    Ok(commit)
}

fn measure(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 20];
    let mut bytes = 0u64;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}
