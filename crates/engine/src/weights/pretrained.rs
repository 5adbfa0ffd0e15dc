//! torchvision's files carry the start of their SHA-256 in their names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use classifier_spec::Fault;
use sha2::{Digest, Sha256};

use crate::checkpoint::{hex, refuse};

/// `ResNet{18,34,50}_Weights.DEFAULT`.
const NAMES: [&str; 3] = ["resnet18-f37072fd", "resnet34-b627a593", "resnet50-11ad3fa6"];

/// Compares the hash of a file that bears one of these names.
pub(super) fn check(path: &Path) -> Result<(), Fault> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Some((_, expected)) = NAMES.iter().find(|name| **name == stem).and_then(|name| name.split_once('-'))
    else {
        return Ok(());
    };
    let found =
        sha256(path).map_err(|error| refuse(format!("{} cannot be read: {error}", path.display())))?;
    if found.starts_with(expected) {
        return Ok(());
    }
    Err(refuse(format!(
        "{} is not torchvision's file: its SHA-256 starts with {}, not {expected}",
        path.display(),
        &found[..expected.len()]
    ))
    .hint("It was cut short or changed: remove it and fetch it again, or rename it if it is your own."))
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0u8; 1 << 20]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_of_that_name_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("resnet18-f37072fd.pth");
        std::fs::write(&path, "no weights").expect("written");
        assert!(check(&path).is_err_and(|fault| fault.message.contains("f37072fd")));
        let own = folder.path().join("resnet18.pth");
        std::fs::write(&own, "no weights").expect("written");
        assert!(check(&own).is_ok());
    }
}
