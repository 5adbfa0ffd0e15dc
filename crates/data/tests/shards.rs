//! Tar shards hold the same data set as the folders that they were made from.

mod support;

use std::{fs, path::Path, process::Command};

use classifier_data::{Dataset, decode};
use classifier_spec::*;
use support::*;

/// Packs what lies in `from`, sorted by name, as the system's tar does.
fn tar(from: &Path, to: &Path, format: &str) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let mut names: Vec<String> = walk(from)
        .iter()
        .map(|path| path.strip_prefix(from).unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let status = Command::new("tar")
        .arg(format!("--format={format}"))
        .arg("-C")
        .arg(from)
        .arg("-cf")
        .arg(to)
        .args(&names)
        .status()
        .unwrap();
    assert!(status.success());
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path) } else { vec![path] }
        })
        .collect()
}

fn bytes(dataset: &Dataset, sample: u32) -> Vec<u8> {
    decode::read_file(&dataset.path(Split::Train, sample)).unwrap()
}

#[test]
fn class_folders_in_shards_are_the_same_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, packed) = (folder.path().join("plain"), folder.path().join("packed"));
    let deep = "a/".repeat(70);
    for (index, image) in
        ["cat/1.jpg", "cat/2 ü🙂.jpg", "dog/1.jpg", &format!("{deep}elk/{}.jpg", "x".repeat(120))]
            .iter()
            .enumerate()
    {
        write_jpeg(&folder.path().join("members").join(image), index);
    }
    for image in ["cat/1.jpg", "dog/1.jpg"] {
        write_jpeg(&plain.join("val").join(image), 9);
        write_jpeg(&packed.join("val").join(image), 9);
    }
    for format in ["gnu", "posix"] {
        tar(&folder.path().join("members"), &packed.join("train/part/0001.tar"), format);
        let dataset = Dataset::open(&dataset_spec(&packed)).unwrap();
        assert_eq!(dataset.classes(), ["cat", "dog", "elk"], "{format}");
        assert_eq!(dataset.len(Split::Train), 4);
        for sample in 0..4 {
            let shown = dataset.relative_path(Split::Train, sample);
            let member = shown.strip_prefix("train/part/0001.tar/@").unwrap().split_once('/').unwrap().1;
            assert_eq!(
                bytes(&dataset, sample),
                fs::read(folder.path().join("members").join(member)).unwrap()
            );
        }
    }
}

#[test]
fn labels_come_from_the_members_beside_an_image() {
    let folder = tempfile::tempdir().unwrap();
    let members = folder.path().join("members");
    for (key, file, text) in [
        ("0001", "0001.cls", "7\n"),
        ("0002", "0002.txt", "ten"),
        ("0003", "0003.json", "{\"suffix\":\"00\",\"other\":1}"),
        ("0004", "0004.json", "{\"label\":3}"),
        ("0005", "0005.seg.bin", "left alone"),
    ] {
        write_jpeg(&members.join(format!("{key}.jpg")), 1);
        fs::write(members.join(file), text).unwrap();
    }
    tar(&members, &folder.path().join("train/0.tar"), "ustar");
    tar(&members, &folder.path().join("val/0.tar"), "ustar");
    let dataset = Dataset::open(&dataset_spec(folder.path())).unwrap();
    assert_eq!(dataset.classes(), ["00", "3", "7", "ten"]);
    assert_eq!(dataset.labels(Split::Train), [2, 3, 0, 1]);
    let warnings = dataset.summary().warnings.join("\n");
    assert!(warnings.contains("1 images of shards have no label"), "{warnings}");
}

#[test]
fn a_damaged_shard_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let members = folder.path().join("members");
    write_jpeg(&members.join("cat/1.jpg"), 1);
    write_jpeg(&members.join("dog/1.jpg"), 2);
    let (train, val) = (folder.path().join("train/0.tar"), folder.path().join("val/0.tar"));
    tar(&members, &train, "ustar");
    tar(&members, &val, "ustar");
    let whole = fs::read(&train).unwrap();
    let refused = |content: &[u8]| {
        fs::write(&train, content).unwrap();
        Dataset::open(&dataset_spec(folder.path())).unwrap_err().message
    };
    let cut = refused(&whole[..600]);
    assert!(cut.contains("train/0.tar") && cut.contains("ends within the file that begins at 512"), "{cut}");
    let mut flipped = whole.clone();
    flipped[10] ^= 1;
    assert!(refused(&flipped).contains("no header of a tar file at 0"));
    assert!(refused(&[7; 2048]).contains("no header of a tar file at 0"));
    // Every length that ends between two members is an archive with fewer of them; no other length is one.
    for length in (0..whole.len()).step_by(97) {
        fs::write(&train, &whole[..length]).unwrap();
        let _ = Dataset::open(&dataset_spec(folder.path()));
    }
}

#[test]
fn shards_are_told_from_class_folders_and_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let members = root.join("members");
    write_jpeg(&members.join("cat/1.jpg"), 1);
    write_jpeg(&members.join("dog/1.jpg"), 2);
    for split in ["train", "val"] {
        tar(&members, &root.join(split).join("0.tar"), "ustar");
    }
    let open = |format| Dataset::open(&DatasetSpec { format, ..dataset_spec(root) });
    let summary = |format| open(format).unwrap().summary().clone();
    assert_eq!(summary(DatasetFormat::Auto).format, DatasetFormat::Webdataset);
    assert_eq!(summary(DatasetFormat::Webdataset), summary(DatasetFormat::Auto));
    let refused = open(DatasetFormat::Imagefolder).unwrap_err();
    assert!(refused.message.contains("holds no images in class folders"), "{}", refused.message);

    // Beside class folders: both by themselves, one of them by name.
    write_jpeg(&root.join("train/elk/1.jpg"), 3);
    write_jpeg(&root.join("val/elk/1.jpg"), 3);
    let both = summary(DatasetFormat::Auto);
    assert_eq!((both.format, both.classes.len()), (DatasetFormat::Imagefolder, 3));
    let shards = summary(DatasetFormat::Webdataset);
    assert_eq!(shards.classes, ["cat", "dog"]);
    assert!(shards.warnings.join("\n").contains("1 images outside of shards are not read"), "{shards:?}");
    let folders = summary(DatasetFormat::Imagefolder);
    assert_eq!(folders.classes, ["elk"]);
    assert!(folders.warnings.join("\n").contains("1 shards (.tar) are not read"), "{folders:?}");
}

#[test]
fn a_folder_without_shards_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write_jpeg(&folder.path().join("train/cat/1.jpg"), 1);
    let refused =
        Dataset::open(&DatasetSpec { format: DatasetFormat::Webdataset, ..dataset_spec(folder.path()) });
    let refused = refused.unwrap_err();
    assert!(refused.message.contains("holds no labelled images in shards (.tar)"), "{}", refused.message);
    assert!(refused.hint.unwrap().contains("0001.jpg beside 0001.cls"));
}
