//! Files as the model wants them, each by itself: a bad one is named and the rest go on.

use std::{path::Path, sync::Arc, thread};

use classifier_data::{Draw, Pipeline, decode::Limits, decode_file};
use classifier_spec::{Fault, Transform};
use napi::{
    Env,
    bindgen_prelude::{Float32Array, Object, Uint8Array},
};
use napi_derive::napi;

use crate::{
    boundary::{guarded, parse, render, spawn, to_error},
    planes::Normalizer,
};

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

/// As [`NativePrepared`], normalised.
#[napi(object)]
pub struct NativePreparedPlanes {
    /// [n, 3, height, width].
    pub images: Float32Array,
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
            move || {
                let into = |path: &str, image: &mut [u8]| prepare(&pipeline, path, exif_transpose, image);
                Ok(prepare_all(&paths, height * width * 3, into))
            },
            move |(images, faults)| NativePrepared {
                images: Uint8Array::new(images),
                faults,
                height: height as u32,
                width: width as u32,
            },
        )
    }

    /// The same, normalised by the pipeline's own Normalize.
    #[napi(ts_return_type = "Promise<NativePreparedPlanes>")]
    pub fn prepare_planes<'env>(&self, env: &'env Env, paths: Vec<String>) -> napi::Result<Object<'env>> {
        let (pipeline, exif_transpose) = (Arc::clone(&self.pipeline), self.exif_transpose);
        let (height, width) = pipeline.output_hw();
        let size = height * width * 3;
        spawn(
            env,
            "prepare",
            move || {
                let (mean, std) = pipeline.normalization();
                let normalizer = Normalizer::new(mean, std);
                let into = |path: &str, planes: &mut [f32]| {
                    let mut pixels = vec![0; size];
                    prepare(&pipeline, path, exif_transpose, &mut pixels)?;
                    normalizer.planes(&pixels, planes);
                    Ok(())
                };
                Ok(prepare_all(&paths, size, into))
            },
            move |(images, faults)| NativePreparedPlanes {
                images: Float32Array::new(images),
                faults,
                height: height as u32,
                width: width as u32,
            },
        )
    }
}

/// `size` values of each path, and what is wrong with it.
fn prepare_all<T: Copy + Default + Send>(
    paths: &[String],
    size: usize,
    into: impl Fn(&str, &mut [T]) -> Result<(), Fault> + Sync,
) -> (Vec<T>, Vec<String>) {
    let mut images = vec![T::default(); paths.len() * size];
    let mut faults = vec![String::new(); paths.len()];
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = paths.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts = images.chunks_mut(share * size).zip(faults.chunks_mut(share)).zip(paths.chunks(share));
        for ((images, faults), paths) in parts {
            let into = &into;
            scope.spawn(move || {
                for ((image, fault), path) in images.chunks_mut(size).zip(faults).zip(paths) {
                    if let Err(reason) = guarded(|| into(path, image)) {
                        image.fill(T::default());
                        *fault = render(&reason).unwrap_or(reason.message);
                    }
                }
            });
        }
    });
    (images, faults)
}

fn prepare(pipeline: &Pipeline, path: &str, exif_transpose: bool, out_hwc: &mut [u8]) -> Result<(), Fault> {
    let image = decode_file(Path::new(path), &Limits::default(), exif_transpose)?;
    // Evaluation pipelines draw nothing.
    pipeline.apply(image, Draw::new(0, 0, 0), out_hwc)
}
