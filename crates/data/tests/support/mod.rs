//! Small data sets made for a test.
#![allow(dead_code)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use classifier_data::{RgbImage, decode::encode_jpeg};
use classifier_spec::*;

/// A smooth picture that differs with `number`.
pub fn picture(number: usize, width: usize, height: usize) -> RgbImage {
    let mut image = RgbImage::black(width, height);
    for (at, pixel) in image.pixels_hwc.chunks_exact_mut(3).enumerate() {
        let (x, y) = (at % width, at / width);
        let wave =
            |a: usize, b: usize| (((x * a + y * b + number * 37) as f64 * 0.05).sin() * 120.0 + 128.0) as u8;
        pixel.copy_from_slice(&[wave(1, 2), wave(3, 1), wave(2 + number % 3, 5)]);
    }
    image
}

pub fn write_jpeg(path: &Path, number: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let image = picture(number, 60 + number % 50, 90 - number % 40);
    fs::write(path, encode_jpeg(&image, 90).unwrap()).unwrap();
}

/// `images` pictures in each of the classes `a`, `b`, `c` of train and a third of that in valid.
pub fn image_folder(root: &Path, images: usize) {
    for (class, name) in ["a", "b", "c"].iter().enumerate() {
        for number in 0..images {
            write_jpeg(&root.join(format!("train/{name}/{number:03}.jpg")), class * 100 + number);
        }
        for number in 0..images.div_ceil(3) {
            write_jpeg(&root.join(format!("valid/{name}/{number:03}.jpg")), class * 100 + number + 50);
        }
    }
}

pub fn dataset_spec(root: &Path) -> DatasetSpec {
    DatasetSpec {
        root: root.to_str().unwrap().into(),
        format: DatasetFormat::Auto,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    }
}

pub fn loader_spec(batch_size: u32, num_workers: u32) -> LoaderSpec {
    LoaderSpec {
        transforms: vec![
            Transform::RandomResizedCrop {
                size: [32, 32],
                scale: [0.08, 1.0],
                ratio: [3.0 / 4.0, 4.0 / 3.0],
                interpolation: Interpolation::Bilinear,
                antialias: true,
            },
            Transform::RandomHorizontalFlip { p: 0.5 },
            Transform::ToDtype { dtype: Dtype::Float32, scale: true },
            Transform::Normalize { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
        ],
        batch_size,
        num_workers,
        prefetch_factor: 2,
        drop_last: false,
        sampler: SamplerSpec::Shuffle,
        cache: CacheSpec { kind: CacheKind::Off, budget_bytes: None },
        limit_batches: None,
    }
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/images").join(name)
}
