//! The same batches, however they are made.

mod support;

use std::{fs, sync::Arc};

use classifier_data::{BatchBuffer, BufferPool, Dataset, Loader};
use classifier_spec::*;
use sha2::{Digest, Sha256};
use support::*;

/// Everything of an epoch from a batch on, as one hash a batch.
fn hashes(loader: &mut Loader, epoch: u32, first: usize) -> Vec<String> {
    loader.start(epoch, first);
    let mut hashes = Vec::new();
    while let Some(batch) = loader.next().unwrap() {
        let mut digest = Sha256::new();
        digest.update(batch.images_nhwc.as_slice());
        for (label, index) in batch.labels_n.iter().zip(&batch.indices_n) {
            digest.update(label.to_le_bytes());
            digest.update(index.to_le_bytes());
        }
        hashes.push(format!("{:x?}", digest.finalize()));
        loader.recycle(batch);
    }
    hashes
}

fn open(root: &std::path::Path) -> Arc<Dataset> {
    Arc::new(Dataset::open(&dataset_spec(root)).unwrap())
}

#[test]
fn batches_do_not_depend_on_workers_prefetch_or_where_an_epoch_is_entered() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    let dataset = open(folder.path());
    let mut reference = Loader::new(Arc::clone(&dataset), Split::Train, &loader_spec(4, 0), 7).unwrap();
    let (first, second) = (hashes(&mut reference, 0, 0), hashes(&mut reference, 1, 0));
    assert_eq!(first.len(), 7);
    assert_ne!(first, second);
    for workers in [1, 2, 5] {
        for prefetch_factor in [1, 3] {
            let spec = LoaderSpec { prefetch_factor, ..loader_spec(4, workers) };
            let mut loader = Loader::new(Arc::clone(&dataset), Split::Train, &spec, 7).unwrap();
            assert_eq!(hashes(&mut loader, 0, 0), first);
            // Enter an epoch, leave it in the middle, go elsewhere.
            loader.start(1, 0);
            let batch = loader.next().unwrap().unwrap();
            loader.recycle(batch);
            assert_eq!(hashes(&mut loader, 1, 3), second[3..]);
            assert_eq!(hashes(&mut loader, 0, 6), first[6..]);
        }
    }
    let mut other = Loader::new(dataset, Split::Train, &loader_spec(4, 2), 8).unwrap();
    assert_ne!(hashes(&mut other, 0, 0), first);
}

#[test]
fn a_cache_changes_no_pixel_and_keeps_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    fs::copy(fixture("palette.png"), folder.path().join("train/a/png.png")).unwrap();
    let dataset = open(folder.path());
    let validation = vec![
        Transform::Resize {
            size: vec![40],
            interpolation: Interpolation::Bilinear,
            max_size: None,
            antialias: true,
        },
        Transform::CenterCrop { size: [32, 32] },
    ];
    for transforms in [
        loader_spec(4, 0).transforms,
        validation,
        vec![Transform::RandomCrop {
            size: [32, 32],
            padding: Some([4; 4]),
            pad_if_needed: true,
            fill: None,
            padding_mode: PaddingMode::Constant,
        }],
    ] {
        let spec = |workers, kind, budget_bytes| LoaderSpec {
            transforms: transforms.clone(),
            cache: CacheSpec { kind, budget_bytes },
            ..loader_spec(4, workers)
        };
        let loader = |spec| Loader::new(Arc::clone(&dataset), Split::Train, &spec, 7).unwrap();
        let mut plain = loader(spec(0, CacheKind::Off, None));
        let expected = [hashes(&mut plain, 0, 0), hashes(&mut plain, 1, 0)];
        // Room for all images decoded, for some of them, for some of the files, and for nothing.
        for budget in [None, Some(150_000), Some(10_000), Some(0)] {
            let mut cached = loader(spec(2, CacheKind::Ram, budget));
            assert_eq!(hashes(&mut cached, 0, 0), expected[0]);
            assert_eq!(hashes(&mut cached, 1, 0), expected[1]);
            let report = cached.cache();
            assert!(report.used_bytes <= report.budget_bytes, "{report:?}");
            assert_eq!(report.samples > 0, budget != Some(0), "{report:?}");
        }
    }
}

#[test]
fn an_epoch_shows_every_sample_once() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    let dataset = open(folder.path());
    let mut loader = Loader::new(Arc::clone(&dataset), Split::Train, &loader_spec(4, 2), 7).unwrap();
    loader.start(3, 0);
    let mut seen = Vec::new();
    while let Some(batch) = loader.next().unwrap() {
        assert_eq!(batch.images_nhwc.as_slice().len(), batch.len() * 32 * 32 * 3);
        for (label, index) in batch.labels_n.iter().zip(&batch.indices_n) {
            assert_eq!(*label, i64::from(dataset.labels(Split::Train)[*index as usize]));
        }
        seen.extend_from_slice(&batch.indices_n);
    }
    assert!(loader.next().unwrap().is_none());
    seen.sort_unstable();
    assert_eq!(seen, (0..27).collect::<Vec<u32>>());
}

#[test]
fn drop_last_and_limits_shorten_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    let dataset = open(folder.path());
    let spec = LoaderSpec { drop_last: true, ..loader_spec(4, 1) };
    let mut loader = Loader::new(Arc::clone(&dataset), Split::Train, &spec, 7).unwrap();
    assert_eq!((loader.batches_per_epoch(), loader.samples_per_epoch()), (6, 24));
    assert_eq!(hashes(&mut loader, 0, 0).len(), 6);
    let spec = LoaderSpec { limit_batches: Some(2), ..loader_spec(4, 1) };
    let mut loader = Loader::new(dataset, Split::Train, &spec, 7).unwrap();
    assert_eq!((loader.batches_per_epoch(), loader.samples_per_epoch()), (2, 8));
    assert_eq!(hashes(&mut loader, 0, 0).len(), 2);
}

#[test]
fn a_bad_image_is_named_or_replaced_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    fs::write(folder.path().join("train/b/004.jpg"), b"\xff\xd8\xff\xe0 no image").unwrap();
    let dataset = open(folder.path());
    let mut loader = Loader::new(dataset, Split::Train, &loader_spec(4, 2), 7).unwrap();
    loader.start(0, 0);
    let fault = loop {
        match loader.next() {
            Ok(Some(batch)) => loader.recycle(batch),
            Ok(None) => panic!("a bad image passed"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind, FaultKind::Data);
    assert!(fault.message.contains("train/b/004.jpg"), "{fault}");

    let spec = DatasetSpec { on_error: OnError::Skip, ..dataset_spec(folder.path()) };
    let dataset = Arc::new(Dataset::open(&spec).unwrap());
    let mut runs = [0, 3].map(|workers| {
        let mut loader =
            Loader::new(Arc::clone(&dataset), Split::Train, &loader_spec(4, workers), 7).unwrap();
        let hashes = hashes(&mut loader, 0, 0);
        let skipped = loader.skipped();
        assert!(!skipped.is_empty());
        assert!(skipped.iter().all(|skipped| skipped.path == "train/b/004.jpg"), "{skipped:?}");
        hashes
    });
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0].len(), 7);
    runs[0].clear();
}

#[test]
fn validation_never_skips() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 3);
    fs::write(folder.path().join("valid/a/000.jpg"), b"no image").unwrap();
    let spec = DatasetSpec { on_error: OnError::Skip, ..dataset_spec(folder.path()) };
    let dataset = Arc::new(Dataset::open(&spec).unwrap());
    let spec = LoaderSpec { sampler: SamplerSpec::Sequential, ..loader_spec(4, 1) };
    let mut loader = Loader::new(dataset, Split::Val, &spec, 7).unwrap();
    loader.start(0, 0);
    assert!(loader.next().is_err());
}

#[test]
fn a_sample_drawn_twice_is_augmented_twice() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 1);
    let dataset = open(folder.path());
    let sampler =
        SamplerSpec::Weighted { class_weights: vec![1.0, 0.0, 0.0], num_samples: Some(8), replacement: true };
    let spec = LoaderSpec { sampler, ..loader_spec(8, 1) };
    let mut loader = Loader::new(dataset, Split::Train, &spec, 7).unwrap();
    loader.start(0, 0);
    let batch = loader.next().unwrap().unwrap();
    assert_eq!(batch.indices_n, [0; 8]);
    let images: std::collections::HashSet<_> =
        batch.images_nhwc.as_slice().chunks_exact(32 * 32 * 3).collect();
    assert_eq!(images.len(), 8);
}

/// Memory that runs out after some batches.
struct ShortPool(std::sync::atomic::AtomicUsize);

impl BufferPool for ShortPool {
    fn take(&self, bytes: usize) -> Box<dyn BatchBuffer> {
        let order = std::sync::atomic::Ordering::Relaxed;
        let left = self.0.fetch_update(order, order, |left| left.checked_sub(1));
        assert!(left.is_ok(), "no pinned memory");
        Box::new(vec![0u8; bytes])
    }

    fn give(&self, _buffer: Box<dyn BatchBuffer>) {}
}

#[test]
fn a_pool_that_fails_is_an_error_and_no_endless_wait() {
    let folder = tempfile::tempdir().unwrap();
    image_folder(folder.path(), 9);
    let pool = Arc::new(ShortPool(3.into()));
    let dataset = open(folder.path());
    let mut loader = Loader::with_pool(dataset, Split::Train, &loader_spec(4, 2), 7, pool).unwrap();
    loader.start(0, 0);
    let fault = loop {
        match loader.next() {
            Ok(batch) => assert!(batch.is_some(), "an epoch of seven batches from three buffers"),
            Err(fault) => break fault,
        }
    };
    assert!(fault.message.contains("no pinned memory"), "{fault}");
}

#[test]
fn one_bad_image_in_ten_thousand_is_passed_over_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for number in 0..20 {
        write_jpeg(&root.join(format!("train/{number}.jpg")), number);
    }
    fs::write(root.join("train/bad.jpg"), b"\xff\xd8\xff\xe0 no image").unwrap();
    let rows: String = (0..10_000)
        .map(|row| {
            let image = if row == 6_543 { "bad".to_owned() } else { (row % 20).to_string() };
            format!("{{\"image\":\"{image}.jpg\",\"suffix\":\"{}\"}}\n", row % 3)
        })
        .collect();
    fs::write(root.join("train/annotations.jsonl"), rows).unwrap();
    let spec = DatasetSpec { on_error: OnError::Skip, ..dataset_spec(root) };
    let dataset = Arc::new(Dataset::open(&spec).unwrap());
    let mut loader = Loader::new(Arc::clone(&dataset), Split::Train, &loader_spec(128, 2), 7).unwrap();
    loader.start(0, 0);
    let mut seen = vec![0u32; 10_000];
    while let Some(batch) = loader.next().unwrap() {
        for index in &batch.indices_n {
            seen[*index as usize] += 1;
        }
        loader.recycle(batch);
    }
    assert_eq!(seen.iter().sum::<u32>(), 10_000);
    assert_eq!((seen[6_543], seen.iter().filter(|times| **times == 2).count()), (0, 1));
    let skipped = loader.skipped();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].path, "train/bad.jpg");
    assert!(!skipped[0].reason.is_empty());
}
