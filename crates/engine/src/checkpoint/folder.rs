//! Writing a checkpoint's folder so that it is there whole or not at all.
//!
//! On a local disk: a hidden folder beside it, every file and then the folder synced, then one rename (an exchange where
//! one of that name is replaced). On a FUSE bucket, which has no atomic rename: straight into the new folder, the commit
//! file last.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use classifier_spec::Fault;
use sha2::{Digest, Sha256};

use super::commit::{Commit, CommittedFile, FORMAT};
use super::{COMMIT, hex, refuse};
use crate::injection;

/// A file's name and its content in parts.
pub(crate) type Part = (String, Vec<Vec<u8>>);

/// Returns the number of bytes written.
pub(crate) fn write_folder(directory: &Path, files: &[Part]) -> Result<u64, Fault> {
    let (parent, name) = place(directory)?;
    let failed = |error: io::Error| {
        let fault = refuse(format!("The checkpoint {} could not be written: {error}", directory.display()));
        match error.raw_os_error() {
            Some(libc::ENOSPC | libc::EDQUOT) => {
                fault.hint("Free some disk space; the checkpoints before it are untouched.")
            }
            _ => fault.hint("Check that the folder can be written; the checkpoints before it are untouched."),
        }
    };
    if is_bucket(&parent) {
        if directory.exists() {
            return Err(refuse(format!(
                "{} exists already, and a bucket's files are never overwritten",
                directory.display()
            )));
        }
        return write_files(directory, files).map_err(failed);
    }
    let hidden = |what: &str| parent.join(format!(".{name}.{what}-{}", std::process::id()));
    let temporary = hidden("tmp");
    let written = (|| {
        if temporary.exists() {
            fs::remove_dir_all(&temporary)?;
        }
        let bytes = write_files(&temporary, files)?;
        injection::disk("save.rename")?;
        put_in_place(&temporary, directory, &hidden("old"))?;
        sync_folder(&parent)?;
        injection::disk("save.done")?;
        Ok(bytes)
    })();
    if written.is_err() {
        // The failure that is reported is the write's; what cannot be removed stays hidden and unread.
        let _ = fs::remove_dir_all(&temporary);
    }
    written.map_err(failed)
}

fn place(directory: &Path) -> Result<(PathBuf, String), Fault> {
    let shown = directory.display();
    let name = directory.file_name().ok_or_else(|| refuse(format!("\"{shown}\" is no folder to save to")))?;
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    if !parent.is_dir() {
        return Err(refuse(format!(
            "The checkpoint {shown} could not be written: {} is no folder",
            parent.display()
        )));
    }
    Ok((parent, name.to_string_lossy().into_owned()))
}

fn write_files(directory: &Path, files: &[Part]) -> io::Result<u64> {
    injection::disk("save.folder")?;
    fs::create_dir_all(directory)?;
    let mut commit = Commit { format_version: FORMAT, files: Default::default() };
    let mut total = 0;
    for (name, parts) in files {
        let (bytes, sha256) = write_file(&directory.join(name), parts)?;
        commit.files.insert(name.clone(), CommittedFile { bytes, sha256 });
        total += bytes;
    }
    injection::disk("save.commit")?;
    let text = serde_json::to_vec_pretty(&commit).map_err(io::Error::other)?;
    let (bytes, _) = write_file(&directory.join(COMMIT), &[text])?;
    sync_folder(directory)?;
    Ok(total + bytes)
}

fn write_file(path: &Path, parts: &[Vec<u8>]) -> io::Result<(u64, String)> {
    injection::disk("save.file")?;
    let mut file = File::create(path)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    for (number, part) in parts.iter().enumerate() {
        if number == parts.len() / 2 {
            injection::disk("save.half")?;
        }
        file.write_all(part)?;
        hash.update(part);
        bytes += part.len() as u64;
    }
    injection::disk("save.sync")?;
    file.sync_all()?;
    Ok((bytes, hex(&hash.finalize())))
}

fn put_in_place(temporary: &Path, directory: &Path, old: &Path) -> io::Result<()> {
    if !directory.exists() {
        fs::rename(temporary, directory)?;
        return injection::disk("save.renamed");
    }
    let swapped = exchange(temporary, directory)?;
    injection::disk("save.swapped")?;
    if !swapped {
        fs::rename(directory, old)?;
        fs::rename(temporary, directory)?;
        return fs::remove_dir_all(old);
    }
    fs::remove_dir_all(temporary)
}

/// Swaps two folders at once; false where the system cannot.
#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(io::Error::other);
    let (a, b) = (path(a)?, path(b)?);
    // SAFETY: both are NUL-terminated paths that live as long as the call.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            a.as_ptr(),
            libc::AT_FDCWD,
            b.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    if answer == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EINVAL | libc::ENOSYS) => Ok(false),
        _ => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_a: &Path, _b: &Path) -> io::Result<bool> {
    Ok(false)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path).and_then(|folder| folder.sync_all()) {
        // Some file systems do not sync folders; the files themselves are synced.
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOTSUP)) => Ok(()),
        other => other,
    }
}

#[cfg(target_os = "linux")]
fn is_bucket(folder: &Path) -> bool {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    const FUSE: i64 = 0x6573_5546;
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else { return false };
    // SAFETY: a NUL-terminated path in, a plain struct out.
    unsafe {
        let mut stats: libc::statfs = std::mem::zeroed();
        libc::statfs(path.as_ptr(), &mut stats) == 0 && stats.f_type as i64 == FUSE
    }
}

#[cfg(not(target_os = "linux"))]
fn is_bucket(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::super::verify;
    use super::*;

    fn files(content: &str) -> Vec<Part> {
        vec![("a.bin".into(), vec![content.as_bytes().to_vec(), b"!".to_vec()])]
    }

    #[test]
    fn a_folder_is_whole_and_replaced_whole() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let target = root.path().join("last");
        for content in ["one", "second"] {
            write_folder(&target, &files(content)).expect("written");
            verify(&target).expect("true");
            assert_eq!(fs::read_to_string(target.join("a.bin")).expect("text"), format!("{content}!"));
        }
        assert_eq!(fs::read_dir(root.path()).expect("entries").count(), 1);
    }

    #[test]
    fn changes_are_found_and_named() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let target = root.path().join("x");
        write_folder(&target, &files("abc")).expect("written");
        fs::write(target.join("a.bin"), "abX!").expect("flipped");
        assert!(
            verify(&target)
                .is_err_and(|fault| fault.message.contains("a.bin") && fault.message.contains("SHA-256"))
        );
        fs::write(target.join("a.bin"), "ab").expect("cut");
        assert!(verify(&target).is_err_and(|fault| fault.message.contains("2 bytes")));
        fs::remove_file(target.join(COMMIT)).expect("removed");
        assert!(verify(&target).is_err_and(|fault| fault.message.contains("no complete checkpoint")));
    }

    #[test]
    fn a_missing_parent_is_named() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let fault = write_folder(&root.path().join("no/such"), &files("x")).expect_err("refused");
        assert!(fault.message.contains("no folder"));
    }
}
