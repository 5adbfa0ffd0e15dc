//! Images without labels.

use std::{
    collections::HashMap,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use classifier_spec::{DatasetFormat, DatasetSummary, OnError, Split, SplitSummary};

use super::{Dataset, Metadata, PathTable, SplitIndex, image_folder::is_image_name, walk};

impl Dataset {
    /// The images below a folder, by their endings, in the order of their names; all of one class without a name. They form
    /// the train split, so that any pipeline can be run over them.
    pub fn of_folder(folder: &Path, exif_transpose: bool) -> Result<Self, classifier_spec::Fault> {
        let mut files = Vec::new();
        walk::walk(folder, &mut |file| {
            if is_image_name(file) {
                files.push(PathBuf::from(OsStr::from_bytes(file)));
            }
            Ok(())
        })?;
        files.sort();
        let mut paths = PathTable::default();
        for file in &files {
            paths.push(file.as_os_str().as_bytes());
        }
        let count = files.len() as u32;
        let split = SplitSummary {
            split: Split::Train,
            folder: String::new(),
            samples: count,
            images: count,
            per_class: vec![count],
            empty_labels: 0,
            unknown_labels: 0,
            unknown: Vec::new(),
            duplicates: 0,
        };
        let summary = DatasetSummary {
            root: folder.to_string_lossy().into_owned(),
            format: DatasetFormat::Imagefolder,
            classes: vec![String::new()],
            splits: vec![split],
            fingerprint: String::new(),
            warnings: Vec::new(),
        };
        let index = SplitIndex {
            folder: folder.to_path_buf(),
            paths,
            labels: vec![0; files.len()],
            metadata: Metadata::default(),
        };
        let splits = HashMap::from([(Split::Train, index)]);
        Ok(Self { summary, splits, on_error: OnError::Raise, exif_transpose })
    }
}
