//! A scanned data set, as JavaScript holds it.

use std::{path::Path, sync::Arc};

use classifier_data::{Dataset, RgbImage, decode::Limits, decode_file};
use classifier_spec::{DatasetSpec, Fault, FaultKind, Split};
use napi::{
    Env,
    bindgen_prelude::{Object, Uint8Array, Uint32Array},
};
use napi_derive::napi;

use crate::boundary::{parse, render, spawn, to_error};

#[napi]
pub struct NativeDataset {
    inner: Arc<Dataset>,
}

/// A decoded picture, RGB, row-major [height, width, 3].
#[napi(object)]
pub struct NativePicture {
    pub width: u32,
    pub height: u32,
    pub rgb: Uint8Array,
}

/// Scans a data set (`DatasetSpec` as JSON) on a thread of its own.
#[napi(ts_return_type = "Promise<NativeDataset>")]
pub fn open_dataset<'env>(env: &'env Env, spec: String) -> napi::Result<Object<'env>> {
    spawn(
        env,
        "scan",
        move || Dataset::open(&parse::<DatasetSpec>("data set's spec", &spec)?).map(Arc::new),
        |inner| NativeDataset { inner },
    )
}

/// The images below a folder as one train split of a class without a name.
#[napi(ts_return_type = "Promise<NativeDataset>")]
pub fn open_folder<'env>(env: &'env Env, folder: String, exif_transpose: bool) -> napi::Result<Object<'env>> {
    spawn(
        env,
        "scan",
        move || Dataset::of_folder(Path::new(&folder), exif_transpose).map(Arc::new),
        |inner| NativeDataset { inner },
    )
}

/// One file, decoded as it lies on disk.
#[napi(ts_return_type = "Promise<NativePicture>")]
pub fn read_picture<'env>(env: &'env Env, path: String, exif_transpose: bool) -> napi::Result<Object<'env>> {
    spawn(
        env,
        "picture",
        move || decode_file(Path::new(&path), &Limits::default(), exif_transpose),
        into_picture,
    )
}

fn into_picture(image: RgbImage) -> NativePicture {
    NativePicture {
        width: image.width as u32,
        height: image.height as u32,
        rgb: Uint8Array::new(image.pixels_hwc),
    }
}

#[napi]
impl NativeDataset {
    /// `DatasetSummary` as JSON.
    #[napi]
    pub fn summary(&self) -> napi::Result<String> {
        render(self.inner.summary()).map_err(|fault| to_error(&fault))
    }

    /// Class index of every sample of the split.
    #[napi]
    pub fn labels(&self, split: String) -> napi::Result<Uint32Array> {
        let split = parse_split(&split)?;
        Ok(Uint32Array::new(self.inner.labels(split).to_vec()))
    }

    /// Absolute paths of samples of the split.
    #[napi]
    pub fn paths(&self, split: String, samples: Vec<u32>) -> napi::Result<Vec<String>> {
        let split = parse_split(&split)?;
        samples
            .into_iter()
            .map(|sample| {
                self.check(split, sample)?;
                Ok(self.inner.path(split, sample).to_string_lossy().into_owned())
            })
            .collect()
    }

    /// JSON text of what each sample's annotation says beyond image and label; `null` for one that says no more.
    #[napi]
    pub fn metadata(&self, split: String, samples: Vec<u32>) -> napi::Result<Vec<Option<String>>> {
        let split = parse_split(&split)?;
        samples
            .into_iter()
            .map(|sample| {
                self.check(split, sample)?;
                Ok(self.inner.metadata(split, sample).map(str::to_owned))
            })
            .collect()
    }

    /// One sample, decoded as it lies on disk.
    #[napi(ts_return_type = "Promise<NativePicture>")]
    pub fn picture<'env>(&self, env: &'env Env, split: String, sample: u32) -> napi::Result<Object<'env>> {
        let split = parse_split(&split)?;
        self.check(split, sample)?;
        let inner = Arc::clone(&self.inner);
        spawn(
            env,
            "picture",
            move || decode_file(&inner.path(split, sample), &Limits::default(), inner.exif_transpose()),
            into_picture,
        )
    }
}

impl NativeDataset {
    pub fn share(&self) -> Arc<Dataset> {
        Arc::clone(&self.inner)
    }

    fn check(&self, split: Split, sample: u32) -> napi::Result<()> {
        let samples = self.inner.len(split);
        if (sample as usize) < samples {
            return Ok(());
        }
        let message = format!("sample {sample} of a split with {samples} samples was asked for");
        Err(to_error(&Fault::new(FaultKind::Bug, message)))
    }
}

pub fn parse_split(name: &str) -> napi::Result<Split> {
    parse("split", &format!("{name:?}")).map_err(|fault| to_error(&fault))
}
