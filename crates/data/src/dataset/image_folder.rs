//! ImageFolder: the folders of a split are its classes.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use classifier_spec::Fault;

use super::{
    rows::{Labels, Rows},
    walk::unreadable,
};

/// Names that are taken for images; what is in them is told by content.
const EXTENSIONS: [&str; 12] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "gif", "tif", "tiff", "apng"];

pub fn is_image_name(name: &[u8]) -> bool {
    let extension = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    extension.len() < name.len()
        && EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known.as_bytes()))
}

/// Takes the files below `folder`, found by a walk, as samples.
pub fn read(folder: &Path, files: &super::PathTable, labels: &mut Labels) -> Result<Rows, Fault> {
    let mut rows = Rows::default();
    let (mut others, mut outside) = (0u32, 0u32);
    for index in 0..files.len() {
        let file = files.bytes(index);
        if !is_image_name(file) {
            others += 1;
            continue;
        }
        let Some(slash) = file.iter().position(|byte| *byte == b'/') else {
            outside += 1;
            continue;
        };
        let path = folder.join(OsStr::from_bytes(file));
        let size = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
        rows.push(file, labels.number(&String::from_utf8_lossy(&file[..slash])), size);
    }
    if others > 0 {
        rows.warnings.push(format!("{others} files are not images by name and were left out"));
    }
    if outside > 0 {
        rows.warnings.push(format!("{outside} images lie in no class folder and were left out"));
    }
    Ok(rows)
}

/// Says which class folders (of `folders`, found by a walk of `folder`) hold no image: they become no class.
pub fn warn_of_empty_classes(folder: &Path, folders: &[PathBuf], rows: &mut Rows) {
    let class = |path: &[u8]| path.split(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
    let used: HashSet<Vec<u8>> = (0..rows.len()).map(|row| class(rows.paths.bytes(row))).collect();
    let empty: Vec<String> = folders
        .iter()
        .filter_map(|path| path.strip_prefix(folder).ok())
        .filter(|below| below.components().count() == 1 && !used.contains(below.as_os_str().as_bytes()))
        .map(|below| format!("{:?}", below.to_string_lossy()))
        .collect();
    if !empty.is_empty() {
        let shown = empty.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if empty.len() > 5 { ", …" } else { "" };
        rows.warnings
            .push(format!("{} class folders hold no image and are no classes ({shown}{more})", empty.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_their_extension() {
        for name in ["a.jpg", "x/b.JPEG", "c.tar.png"] {
            assert!(is_image_name(name.as_bytes()), "{name}");
        }
        for name in ["jpg", "a.txt", "Thumbs.db", "a."] {
            assert!(!is_image_name(name.as_bytes()), "{name}");
        }
    }
}
