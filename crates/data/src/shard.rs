//! Images inside of tar files. A sample's path says where its bytes are: `train/0001.tar/@1536+9876/cat/7.jpg`.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

const MARK: &[u8] = b".tar/@";

/// The bytes of a sample in its shard.
#[derive(Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub shard: &'a Path,
    pub offset: u64,
    pub size: u64,
}

/// The path of a shard's member; both paths below the same folder.
pub fn member_path(shard: &[u8], offset: u64, size: u64, member: &[u8]) -> Vec<u8> {
    [shard, format!("/@{offset}+{size}/").as_bytes(), member].concat()
}

/// Where a path leads into a shard; `None` for the path of a file.
pub fn place(path: &Path) -> Option<Place<'_>> {
    let bytes = path.as_os_str().as_bytes();
    let mark = bytes.windows(MARK.len()).position(|window| window == MARK)?;
    let (shard, rest) = (&bytes[..mark + ".tar".len()], &bytes[mark + MARK.len()..]);
    let numbers = &rest[..rest.iter().position(|byte| *byte == b'/')?];
    let (offset, size) = std::str::from_utf8(numbers).ok()?.split_once('+')?;
    Some(Place {
        shard: Path::new(OsStr::from_bytes(shard)),
        offset: offset.parse().ok()?,
        size: size.parse().ok()?,
    })
}

/// The file that holds a sample: its shard, or the path itself.
pub fn file_of(path: &Path) -> PathBuf {
    place(path).map_or_else(|| path.to_path_buf(), |place| place.shard.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_into_its_shard() {
        let path = member_path(b"a/0001.tar", 1536, 98, b"cat/7.jpg");
        assert_eq!(path, b"a/0001.tar/@1536+98/cat/7.jpg");
        let place = place(Path::new(OsStr::from_bytes(&path))).expect("a place");
        assert_eq!(place, Place { shard: Path::new("a/0001.tar"), offset: 1536, size: 98 });
    }

    #[test]
    fn other_paths_are_files() {
        for path in ["a.jpg", "a.tar/b.jpg", "a.tar/@x+1/b", "a.tar/@12/b", "a.tar/@1+2"] {
            assert_eq!(place(Path::new(path)), None, "{path}");
            assert_eq!(file_of(Path::new(path)), Path::new(path));
        }
    }
}
