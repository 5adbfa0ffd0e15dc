//! Files as the model wants them, each by itself: a bad one is named and the rest go on.

use std::{path::Path, sync::Arc, thread};

use classifier_data::{Draw, Pipeline, decode::Limits, decode_file};
use classifier_spec::{Fault, Transform};
use napi::{
    Env,
    bindgen_prelude::{Object, Uint8Array},
};
use napi_derive::napi;

use crate::boundary::{guarded, parse, render, spawn, to_error};

#[napi]
pub struct NativePreprocessor {
    pipeline: Arc<Pipeline>,
    exif_transpose: bool,
}

/// Row i of `images` belongs to path i; black where `faults[i]` is not empty.
#[napi(object)]
pub struct NativePrepared {
    /// [n, height, width, 3].
    pub images: Uint8Array,
    /// `Fault` as JSON, or an empty text.
    pub faults: Vec<String>,
    pub height: u32,
    pub width: u32,
}

/// Plans a pipeline (`Transform[]` as JSON) for single files.
#[napi]
pub fn open_preprocessor(transforms: String, exif_transpose: bool) -> napi::Result<NativePreprocessor> {
    guarded(|| Pipeline::plan(&parse::<Vec<Transform>>("transforms", &transforms)?, None))
        .map(|pipeline| NativePreprocessor { pipeline: Arc::new(pipeline), exif_transpose })
        .map_err(|fault| to_error(&fault))
}

#[napi]
impl NativePreprocessor {
    /// Decodes and transforms files on as many threads as there are cores.
    #[napi(ts_return_type = "Promise<NativePrepared>")]
    pub fn prepare<'env>(&self, env: &'env Env, paths: Vec<String>) -> napi::Result<Object<'env>> {
        let (pipeline, exif_transpose) = (Arc::clone(&self.pipeline), self.exif_transpose);
        let (height, width) = pipeline.output_hw();
        spawn(
            env,
            "prepare",
            move || Ok(prepare_all(&pipeline, &paths, exif_transpose)),
            move |(images, faults)| NativePrepared {
                images: Uint8Array::new(images),
                faults,
                height: height as u32,
                width: width as u32,
            },
        )
    }
}

fn prepare_all(pipeline: &Pipeline, paths: &[String], exif_transpose: bool) -> (Vec<u8>, Vec<String>) {
    let (height, width) = pipeline.output_hw();
    let size = height * width * 3;
    let mut images_nhwc = vec![0; paths.len() * size];
    let mut faults = vec![String::new(); paths.len()];
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = paths.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts =
            images_nhwc.chunks_mut(share * size).zip(faults.chunks_mut(share)).zip(paths.chunks(share));
        for ((images, faults), paths) in parts {
            scope.spawn(move || {
                for ((image, fault), path) in images.chunks_mut(size).zip(faults).zip(paths) {
                    if let Err(reason) = guarded(|| prepare(pipeline, path, exif_transpose, image)) {
                        image.fill(0);
                        *fault = render(&reason).unwrap_or(reason.message);
                    }
                }
            });
        }
    });
    (images_nhwc, faults)
}

fn prepare(pipeline: &Pipeline, path: &str, exif_transpose: bool, out_hwc: &mut [u8]) -> Result<(), Fault> {
    let image = decode_file(Path::new(path), &Limits::default(), exif_transpose)?;
    // Evaluation pipelines draw nothing.
    pipeline.apply(image, Draw::new(0, 0, 0), out_hwc)
}
