//! Files as the model wants them, each by itself: a bad one is named and the rest go on.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use classifier_data::{Draw, ImageReader, Pipeline};
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
pub struct NativePreprocessor(Arc<Preprocessor>);

struct Preprocessor {
    pipeline: Pipeline,
    exif_transpose: bool,
    /// Those that no thread uses now.
    hands: Mutex<Vec<Hand>>,
}

/// What a thread works with.
struct Hand {
    reader: ImageReader,
    pixels_hwc: Vec<u8>,
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
        .map(|pipeline| {
            NativePreprocessor(Arc::new(Preprocessor { pipeline, exif_transpose, hands: Mutex::default() }))
        })
        .map_err(|fault| to_error(&fault))
}

#[napi]
impl NativePreprocessor {
    /// Decodes and transforms files on as many threads as there are cores.
    #[napi(ts_return_type = "Promise<NativePrepared>")]
    pub fn prepare<'env>(&self, env: &'env Env, paths: Vec<String>) -> napi::Result<Object<'env>> {
        let preprocessor = Arc::clone(&self.0);
        let (height, width) = preprocessor.pipeline.output_hw();
        spawn(
            env,
            "prepare",
            move || {
                preprocessor
                    .all(&paths, |hand, path, image_hwc| preprocessor.one(&mut hand.reader, path, image_hwc))
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
        let preprocessor = Arc::clone(&self.0);
        let (height, width) = preprocessor.pipeline.output_hw();
        spawn(
            env,
            "prepare",
            move || {
                let (mean, std) = preprocessor.pipeline.normalization();
                let normalizer = Normalizer::new(mean, std);
                preprocessor.all(&paths, |Hand { reader, pixels_hwc }, path, planes_chw| {
                    pixels_hwc.resize(planes_chw.len(), 0);
                    preprocessor.one(reader, path, pixels_hwc)?;
                    normalizer.planes(pixels_hwc, planes_chw);
                    Ok(())
                })
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

impl Preprocessor {
    /// The values of all paths, one image's after the other, and what is wrong with each.
    fn all<T: Copy + Default + Send>(
        &self,
        paths: &[String],
        into: impl Fn(&mut Hand, &str, &mut [T]) -> Result<(), Fault> + Sync,
    ) -> Result<(Vec<T>, Vec<String>), Fault> {
        let (height, width) = self.pipeline.output_hw();
        let size = height * width * 3;
        let mut images = vec![T::default(); paths.len() * size];
        let mut faults = vec![String::new(); paths.len()];
        let threads = rayon::current_num_threads().min(paths.len());
        let mut hands = self.take(threads)?;
        let work = Mutex::new(images.chunks_mut(size).zip(&mut faults).zip(paths));
        let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
        let share = |hand: &mut Hand| {
            while let Some(((image, fault), path)) = next() {
                if let Err(reason) = guarded(|| into(hand, path, image)) {
                    image.fill(T::default());
                    *fault = render(&reason).unwrap_or(reason.message);
                }
            }
        };
        // By threads that are there: a new one may wait for the core of the one that made it.
        rayon::scope(|scope| {
            for hand in &mut hands {
                scope.spawn(|_| share(hand));
            }
        });
        self.hands.lock().unwrap_or_else(PoisonError::into_inner).append(&mut hands);
        Ok((images, faults))
    }

    fn take(&self, count: usize) -> Result<Vec<Hand>, Fault> {
        let mut free = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = free.len().saturating_sub(count);
        let mut hands = free.split_off(kept);
        drop(free);
        while hands.len() < count {
            hands.push(Hand { reader: ImageReader::new()?, pixels_hwc: Vec::new() });
        }
        Ok(hands)
    }

    fn one(&self, reader: &mut ImageReader, path: &str, out_hwc: &mut [u8]) -> Result<(), Fault> {
        // Evaluation pipelines draw nothing.
        reader.read(Path::new(path), self.exif_transpose, &self.pipeline, Draw::new(0, 0, 0), out_hwc)
    }
}
