use std::fs;

use classifier_spec::{DatasetFormat, DatasetSpec, OnError};

use super::*;

fn dataset(root: &Path) -> Dataset {
    for name in ["a", "b", "c"] {
        fs::create_dir_all(root.join("train/x")).unwrap();
        fs::write(root.join(format!("train/x/{name}.png")), name).unwrap();
    }
    let spec = DatasetSpec {
        root: root.to_str().unwrap().into(),
        format: DatasetFormat::Imagefolder,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    };
    Dataset::open(&spec).unwrap()
}

const ESTIMATE: Estimate = Estimate { samples: 3, pixel_bytes: 1000, file_bytes: 100 };

#[test]
fn pixels_survive_the_process_and_follow_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path());
    let cache_folder = folder.path().join("cache");
    let open = || DiskCache::open_in(&cache_folder, &dataset, Split::Train, &ESTIMATE, Some(10_000)).unwrap();
    let path = |sample| dataset.path(Split::Train, sample);
    let pixels: Vec<u8> = (0..60).collect();
    let cache = open();
    assert!(cache.get(1, &path(1)).is_none());
    assert_eq!(cache.wish(1), Wish::Pixels);
    cache.put(1, RgbView::new(5, 4, &pixels), &path(1));
    assert_eq!(cache.get(1, &path(1)).unwrap().pixels_hwc, pixels);

    // A second run reads, but leaves the writing to the first.
    let second = open();
    assert_eq!(second.get(1, &path(1)).unwrap().width, 5);
    assert_eq!(second.wish(0), Wish::Nothing);
    cache.put(2, RgbView::new(4, 5, &pixels), &path(2));
    assert_eq!(second.get(2, &path(2)).unwrap().width, 4);
    drop((cache, second));

    let again = open();
    assert_eq!(again.report().samples, 2);
    assert_eq!(again.get(1, &path(1)).unwrap().pixels_hwc, pixels);
    fs::write(path(1), "edited").unwrap();
    assert!(again.get(1, &path(1)).is_none());
    again.put(1, RgbView::new(2, 10, &pixels), &path(1));
    assert_eq!(again.get(1, &path(1)).unwrap().width, 2);
    assert_eq!(again.get(2, &path(2)).unwrap().width, 4);
}

#[test]
fn damage_is_noticed_and_the_budget_kept() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path());
    let cache_folder = folder.path().join("cache");
    let open =
        |budget| DiskCache::open_in(&cache_folder, &dataset, Split::Train, &ESTIMATE, Some(budget)).unwrap();
    let path = |sample| dataset.path(Split::Train, sample);
    let pixels: Vec<u8> = (0..60).collect();
    let cache = open(100);
    cache.put(0, RgbView::new(5, 4, &pixels), &path(0));
    cache.put(1, RgbView::new(5, 4, &pixels), &path(1));
    assert!(cache.get(0, &path(0)).is_some());
    assert!(cache.get(1, &path(1)).is_none());
    assert_eq!(cache.wish(1), Wish::Nothing);
    let offset = cache.record(0).unwrap().offset;
    drop(cache);
    let file = fs::read_dir(&cache_folder).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|path| path.extension().unwrap() == "pixels").unwrap();
    OpenOptions::new().write(true).open(file).unwrap().write_all_at(&[99], offset + 7).unwrap();
    assert!(open(100).get(0, &path(0)).is_none());
}
