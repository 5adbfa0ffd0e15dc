//! A loader by itself: what the model would see, for `batches` and `bench loader`.

use std::sync::{Arc, Mutex, PoisonError};

use classifier_data::Loader;
use classifier_spec::{Fault, FaultKind, LoaderSpec};
use napi::{
    Env,
    bindgen_prelude::{Object, Uint8Array, Uint32Array},
};
use napi_derive::napi;

use crate::{
    boundary::{guarded, parse, render, spawn, to_error},
    dataset::{NativeDataset, parse_split},
};

#[napi]
pub struct NativeLoader {
    inner: Arc<Mutex<Loader>>,
}

/// One batch before normalisation.
#[napi(object)]
pub struct NativeBatch {
    /// [n, height, width, 3].
    pub images: Uint8Array,
    pub labels: Uint32Array,
    pub indices: Uint32Array,
    pub height: u32,
    pub width: u32,
}

/// A loader over one split (`LoaderSpec` as JSON).
#[napi]
pub fn open_loader(
    dataset: &NativeDataset,
    split: String,
    spec: String,
    seed: f64,
) -> napi::Result<NativeLoader> {
    let split = parse_split(&split)?;
    guarded(|| {
        let spec: LoaderSpec = parse("loader's spec", &spec)?;
        Loader::new(dataset.share(), split, &spec, seed as u64)
    })
    .map(|loader| NativeLoader { inner: Arc::new(Mutex::new(loader)) })
    .map_err(|fault| to_error(&fault))
}

#[napi]
impl NativeLoader {
    /// Starts an epoch at its first batch.
    #[napi]
    pub fn start(&self, epoch: u32) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).start(epoch, 0);
    }

    /// Batches of an epoch.
    #[napi]
    pub fn batches(&self) -> u32 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).batches_per_epoch() as u32
    }

    /// Mean and standard deviation of the pipeline's Normalize, as JSON `[[r, g, b], [r, g, b]]`.
    #[napi]
    pub fn normalization(&self) -> napi::Result<String> {
        let loader = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        render(&loader.pipeline().normalization()).map_err(|fault| to_error(&fault))
    }

    /// The next batch, `null` at the end of the epoch.
    #[napi(ts_return_type = "Promise<NativeBatch | null>")]
    pub fn next<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let inner = Arc::clone(&self.inner);
        spawn(
            env,
            "batch",
            move || inner.lock().map_err(|_| poisoned())?.next(),
            |batch| {
                batch.map(|batch| NativeBatch {
                    images: Uint8Array::new(batch.images_nhwc.as_slice().to_vec()),
                    labels: Uint32Array::new(batch.labels_n.iter().map(|&label| label as u32).collect()),
                    indices: Uint32Array::new(batch.indices_n.clone()),
                    height: batch.height as u32,
                    width: batch.width as u32,
                })
            },
        )
    }

    /// Runs whole epochs without handing anything over until `seconds` have passed; `{"images", "wall_s", "ledger"}` as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn drain<'env>(&self, env: &'env Env, seconds: f64) -> napi::Result<Object<'env>> {
        let inner = Arc::clone(&self.inner);
        spawn(
            env,
            "drain",
            move || {
                let mut loader = inner.lock().map_err(|_| poisoned())?;
                let started = std::time::Instant::now();
                let (mut images, mut epoch) = (0_u64, 0_u32);
                while started.elapsed().as_secs_f64() < seconds {
                    loader.start(epoch, 0);
                    while let Some(batch) = loader.next()? {
                        images += batch.labels_n.len() as u64;
                        loader.recycle(batch);
                        if started.elapsed().as_secs_f64() >= seconds {
                            break;
                        }
                    }
                    epoch += 1;
                }
                let ledger = loader.ledger();
                render(&serde_json::json!({
                    "images": images,
                    "wall_s": started.elapsed().as_secs_f64(),
                    "decode_cpu_s": ledger.decode_cpu_s,
                    "transform_cpu_s": ledger.transform_cpu_s,
                }))
            },
            |report| report,
        )
    }
}

fn poisoned() -> Fault {
    Fault::new(FaultKind::Bug, "the loader failed before and cannot go on")
}
