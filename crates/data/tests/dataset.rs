//! The index over good and bad data sets.

mod support;

use std::{fs, os::unix::fs::symlink, path::Path};

use classifier_data::Dataset;
use classifier_spec::*;
use support::*;

fn jsonl(root: &Path, file: &str, rows: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, rows).unwrap();
}

fn row(image: &str, label: &str) -> String {
    format!("{{\"image\":\"{image}\",\"prefix\":\"?\",\"suffix\":\"{label}\"}}\n")
}

fn refusal(root: &Path) -> Fault {
    let fault = Dataset::open(&dataset_spec(root)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Data);
    fault
}

#[test]
fn jsonl_is_read_recursively_with_all_its_oddities() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for image in ["train/1.jpg", "train/deep/er/2.jpg", "train/deep/3 ü🙂.jpg", "val/1.jpg", "test/1.jpg"]
    {
        write_jpeg(&root.join(image), 1);
    }
    let rows = [
        "\u{feff}".to_owned() + &row("1.jpg", "00"),
        row("1.jpg", "0"),
        row("1.jpg", "0"),
        "\r\n".into(),
        row("1.jpg", ""),
        "{\"image\":\"deep/../1.jpg\",\"suffix\":\"0\",\"other\":[1]}".into(),
    ];
    jsonl(root, "train/annotations.jsonl", &rows.join("").replace('\n', "\r\n"));
    jsonl(root, "train/deep/annotations.jsonl", &(row("er/2.jpg", "10") + &row("3 ü🙂.jpg", "ß")));
    jsonl(root, "val/annotations.jsonl", &(row("1.jpg", "0") + &row("1.jpg", "99")));
    jsonl(root, "test/annotations.jsonl", &row("1.jpg", "ß"));

    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.classes(), ["0", "00", "10", "ß"]);
    assert_eq!(dataset.labels(Split::Train), [1, 0, 0, 0, 2, 3]);
    assert_eq!(dataset.relative_path(Split::Train, 5), "train/deep/3 ü🙂.jpg");
    assert!(dataset.path(Split::Train, 4).is_file());
    let metadata: Vec<_> = (0..6).filter_map(|sample| dataset.metadata(Split::Train, sample)).collect();
    assert_eq!(metadata, ["{\"other\":[1]}"]);
    let summary = dataset.summary();
    assert_eq!(summary.format, DatasetFormat::Jsonl);
    let train = &summary.splits[0];
    assert_eq!((train.samples, train.images, train.empty_labels, train.duplicates), (6, 3, 1, 2));
    let val = &summary.splits[1];
    assert_eq!((val.folder.as_str(), val.samples, val.unknown_labels), ("val", 1, 1));
    assert_eq!(val.unknown, [LabelCount { label: "99".into(), count: 1 }]);
    assert_eq!(summary.warnings.len(), 3, "{:?}", summary.warnings);
}

#[test]
fn wrong_rows_are_named_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_jpeg(&root.join("train/1.jpg"), 1);
    let cases = [
        ("{\"image\":\"1.jpg\",\"suffix\":7}", "\"suffix\" must be a string"),
        ("{\"image\":\"1.jpg\"}", "no \"suffix\""),
        ("{\"suffix\":\"a\"}", "no \"image\""),
        ("{\"image\":\"1.jpg\",", "not a JSON row"),
        ("{\"image\":\"2.jpg\",\"suffix\":\"a\"}", "does not exist"),
        ("{\"image\":\"../train/1.jpg\",\"suffix\":\"a\"}", "leaves the split's folder"),
        ("{\"image\":\"/etc/hostname\",\"suffix\":\"a\"}", "leaves the split's folder"),
    ];
    for (bad, reason) in cases {
        jsonl(root, "train/annotations.jsonl", &(row("1.jpg", "a") + bad));
        let message = refusal(root).message;
        assert!(message.contains("train/annotations.jsonl:2"), "{message}");
        assert!(message.contains(reason), "{message}");
    }
    let all: String = cases.iter().map(|(bad, _)| format!("{bad}\n")).collect();
    jsonl(root, "train/annotations.jsonl", &all);
    let message = refusal(root).message;
    assert!(message.starts_with("7 rows are wrong"), "{message}");
}

#[test]
fn image_folders_are_found_through_links_but_not_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    image_folder(root, 3);
    write_jpeg(&root.join("elsewhere/x.JPEG"), 4);
    symlink(root.join("elsewhere"), root.join("train/d")).unwrap();
    symlink(root.join("train"), root.join("train/a/loop")).unwrap();
    symlink(root.join("nowhere"), root.join("train/a/dangling.jpg")).unwrap();
    fs::write(root.join("train/a/notes.txt"), "no image").unwrap();
    fs::write(root.join("train/a/.hidden.jpg"), "no image").unwrap();
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.classes(), ["a", "b", "c", "d"]);
    assert_eq!(dataset.summary().format, DatasetFormat::Imagefolder);
    assert_eq!(dataset.summary().splits[0].per_class, [3, 3, 3, 1]);
    assert_eq!(dataset.summary().warnings.len(), 3, "{:?}", dataset.summary().warnings);
}

#[test]
fn a_folder_in_the_way_of_an_annotation_cannot_be_left_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_jpeg(&root.join("valid/1.jpg"), 1);
    write_jpeg(&root.join("train/in/1.jpg"), 1);
    jsonl(root, "train/in/annotations.jsonl", &(row("../in/1.jpg", "a") + &row("../../valid/1.jpg", "a")));
    let message = refusal(root).message;
    assert!(
        message.contains("annotations.jsonl:2") && message.contains("leaves the split's folder"),
        "{message}"
    );
}

#[test]
fn long_and_strange_names_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let names = ["with space.jpg".to_owned(), "🦊 ü.jpg".into(), "x".repeat(200) + ".jpg"];
    for (number, name) in names.iter().enumerate() {
        write_jpeg(&root.join("train/a b🙂").join(name), number);
    }
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.classes(), ["a b🙂"]);
    let mut found: Vec<_> = (0..3).map(|sample| dataset.path(Split::Train, sample)).collect();
    found.sort();
    let mut expected = names.clone().map(|name| root.canonicalize().unwrap().join("train/a b🙂").join(name));
    expected.sort();
    assert_eq!(found, expected);
    let rows: String = names.iter().map(|name| row(name, "a")).collect();
    jsonl(root, "train/a b🙂/annotations.jsonl", &rows);
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.summary().format, DatasetFormat::Jsonl);
    assert_eq!(dataset.len(Split::Train), 3);
}

#[test]
fn non_utf8_names_are_read() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    image_folder(root, 1);
    fs::copy(root.join("train/a/000.jpg"), root.join("train/a").join(OsStr::from_bytes(b"\xff\xfe.jpg")))
        .unwrap();
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.len(Split::Train), 4);
    assert!(dataset.path(Split::Train, 1).is_file());
}

#[test]
fn the_fingerprint_follows_the_content_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    image_folder(root, 2);
    let fingerprint = || Dataset::open(&dataset_spec(root)).unwrap().summary().fingerprint.clone();
    let first = fingerprint();
    assert_eq!(first.len(), 64);
    assert_eq!(fingerprint(), first);
    fs::rename(root.join("train/a/000.jpg"), root.join("train/b/009.jpg")).unwrap();
    assert_ne!(fingerprint(), first);
}

#[test]
fn missing_folders_and_empty_splits_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(refusal(&root.join("nothing")).message.contains("nothing"));
    assert!(refusal(root).message.contains("no train/"));
    fs::create_dir(root.join("train")).unwrap();
    let fault = refusal(root);
    assert!(fault.message.contains("train") && fault.hint.is_some(), "{fault}");
    jsonl(root, "train/annotations.jsonl", "");
    assert!(refusal(root).message.contains("no rows"));
}

#[test]
fn given_classes_rule_over_the_train_split() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 2);
    let classes = ["c", "zebra", "a"].map(String::from).to_vec();
    let spec = DatasetSpec { classes: Some(classes.clone()), ..dataset_spec(folder.path()) };
    let dataset = Dataset::open(&spec).unwrap();
    assert_eq!(dataset.classes(), classes);
    assert_eq!(dataset.labels(Split::Train), [2, 2, 0, 0]);
    assert_eq!(dataset.summary().splits[0].unknown_labels, 2);
}

#[test]
fn lists_are_read_with_and_without_a_heading() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for image in ["train/1.jpg", "train/in/2.jpg", "train/in/a, b.jpg", "valid/1.jpg"] {
        write_jpeg(&root.join(image), 1);
    }
    jsonl(root, "train/labels.csv", "1.jpg,x\n");
    jsonl(
        root,
        "train/in/annotations.csv",
        "class,width,path\r\ny,3,2.jpg\r\nx,3,\"a, b.jpg\"\r\n,3,2.jpg\r\n",
    );
    jsonl(root, "valid/annotations.tsv", "1.jpg\ty\n");
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.summary().format, DatasetFormat::Csv);
    assert_eq!(dataset.classes(), ["x", "y"]);
    let mut samples: Vec<_> = (0..3)
        .map(|sample| {
            (dataset.relative_path(Split::Train, sample), dataset.labels(Split::Train)[sample as usize])
        })
        .collect();
    samples.sort();
    let expected = [("train/1.jpg", 0), ("train/in/2.jpg", 1), ("train/in/a, b.jpg", 0)];
    assert_eq!(samples, expected.map(|(path, label)| (path.to_owned(), label)));
    assert_eq!(dataset.summary().splits[0].empty_labels, 1);
    jsonl(root, "train/labels.csv", "1.jpg,x\n9.jpg,x\n");
    let message = refusal(root).message;
    assert!(message.contains("train/labels.csv:2") && message.contains("9.jpg"), "{message}");
}

#[test]
fn annotation_files_may_lie_beside_all_images() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for number in 0..4 {
        write_jpeg(&root.join(format!("{number}.jpg")), number);
    }
    jsonl(root, "_annotations.train.jsonl", &(row("0.jpg", "a") + &row("1.jpg", "b")));
    jsonl(root, "_annotations.valid.jsonl", &row("2.jpg", "b"));
    jsonl(root, "_annotations.test.jsonl", &row("3.jpg", "a"));
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.summary().splits.len(), 3);
    assert_eq!(dataset.relative_path(Split::Val, 0), "2.jpg");
    assert!(dataset.path(Split::Test, 0).is_file());
}

#[test]
fn roboflow_folders_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for image in ["export/train/1.jpg", "export/train/2.jpg", "export/valid/1.jpg", "export/test/1.jpg"] {
        write_jpeg(&root.join(image), 1);
    }
    jsonl(root, "export/train/_annotations.jsonl", &(row("1.jpg", "a") + &row("2.jpg", "b")));
    jsonl(root, "export/valid/_annotations.valid.jsonl", &row("1.jpg", "b"));
    jsonl(root, "export/test/annotations.test.jsonl", &row("1.jpg", "a"));
    let fault = refusal(root);
    assert!(fault.hint.as_ref().is_some_and(|hint| hint.contains("export")), "{fault}");
    let dataset = Dataset::open(&dataset_spec(&root.join("export"))).unwrap();
    assert_eq!(dataset.classes(), ["a", "b"]);
    assert_eq!([Split::Val, Split::Test].map(|split| dataset.labels(split).to_vec()), [[1], [0]]);
}

#[test]
fn a_file_of_classes_marks_one_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for image in ["1.jpg", "2.jpg", "3.jpg"] {
        write_jpeg(&root.join("train").join(image), 1);
    }
    jsonl(root, "train/_classes.csv", "filename, cat, big dog\r\n1.jpg, 0, 1\n2.jpg,1,0\n3.jpg,0,0\n");
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.classes(), ["big dog", "cat"]);
    assert_eq!(dataset.labels(Split::Train), [0, 1]);
    assert_eq!(dataset.summary().splits[0].empty_labels, 1);
    jsonl(root, "train/_classes.csv", "filename, cat, dog\n1.jpg,1,1\n2.jpg,1\n3.jpg,x,0\n");
    let message = refusal(root).message;
    for expected in
        ["_classes.csv:2", "2 classes (cat, dog)", ":3: the row has 2 fields", ":4: below \"cat\""]
    {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn class_folders_without_images_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_jpeg(&root.join("train/a/deep/1.jpg"), 1);
    for empty in ["train/b", "train/c/deeper"] {
        fs::create_dir_all(root.join(empty)).unwrap();
    }
    let dataset = Dataset::open(&dataset_spec(root)).unwrap();
    assert_eq!(dataset.classes(), ["a"]);
    let expected = "train: 2 class folders hold no image and are no classes (\"b\", \"c\")";
    assert_eq!(dataset.summary().warnings, [expected]);
}
