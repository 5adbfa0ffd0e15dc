//! What to do where a step or a pass does not fit the device's memory: the batch that fits is found by trying.

use classifier_spec::{Fault, FaultKind, Precision};
use tch::Tensor;

use super::Session;
use crate::error::{Error, Result, is_out_of_memory, said_by_torch};
use crate::injection::{self, Effect};
use crate::loss::Target;
use crate::network::{Inference, PassMode};

/// A pass without gradients: what it is for, the setting that says its batch size, and what runs it.
pub(super) struct Pass<'a> {
    pub work: &'a str,
    pub key: &'a str,
    pub inference: &'a Inference,
    pub compute: tch::Kind,
}

impl Session {
    /// The error of a step over `images` of this size; one of memory gets the batch size that would fit.
    pub(super) fn with_memory_advice(&self, error: Error, images: u32, hw: [usize; 2]) -> Error {
        let Error::Torch(message) = &error else { return error };
        if !is_out_of_memory(message) {
            return error;
        }
        let fits = self.fitting_batch(images, hw);
        let precision = match self.machine.precision {
            Precision::Fp32 if !self.machine.on_cpu() => {
                " trainer.precision=16-mixed takes about half of it."
            }
            _ => "",
        };
        let [height, width] = hw;
        let asked = self.plan.train_loader.batch_size;
        Fault::new(
            FaultKind::Device,
            format!(
                "{} has not enough memory for a step of {images} images of {width} x {height}: {}",
                self.machine.title,
                said_by_torch(message)
            ),
        )
        .hint(self.advice(fits) + precision)
        .details(serde_json::json!({
            "batch_size": asked, "images": images, "fits": fits, "height": height, "width": width,
            "accumulate": fits.map(|batch| self.accumulation(batch)),
        }))
        .into()
    }

    /// The error of a pass without gradients over `images` of this size; one of memory gets the batch size that would fit.
    pub(super) fn with_pass_advice(
        &self,
        error: Error,
        pass: &Pass,
        images: usize,
        [height, width]: [usize; 2],
    ) -> Error {
        let Pass { work, key, .. } = pass;
        let Error::Torch(message) = &error else { return error };
        if !is_out_of_memory(message) {
            return error;
        }
        let fits = self.fitting_pass(pass, images, [height, width]);
        let hint = match fits {
            Some(batch) => format!("A batch of {batch} fits (it was tried): set {key}={batch}."),
            None => "Not even one image fits: free memory of the device, or use another one.".into(),
        };
        Fault::new(
            FaultKind::Device,
            format!(
                "{} has not enough memory to {work} {images} images of {width} x {height} at once: {}",
                self.machine.title,
                said_by_torch(message)
            ),
        )
        .hint(hint)
        .details(serde_json::json!({ "images": images, "fits": fits, "height": height, "width": width }))
        .into()
    }

    /// The first of the halves whose forward pass goes through.
    fn fitting_pass(&self, pass: &Pass, failed: usize, [height, width]: [usize; 2]) -> Option<usize> {
        let mut batch = failed;
        while batch > 1 {
            batch /= 2;
            match self.try_forward(pass, [batch as i64, height as i64, width as i64]) {
                Ok(()) => return Some(batch),
                Err(Error::Torch(message)) if is_out_of_memory(&message) => {}
                Err(_) => return None,
            }
        }
        None
    }

    fn try_forward(&self, pass: &Pass, [n, height, width]: [i64; 3]) -> Result<()> {
        let _no_grad = tch::no_grad_guard();
        let bytes = vec![0u8; (n * height * width * 3) as usize];
        let images_nhwc = self.images_on_device(&bytes, [n, height, width, 3])?;
        let images_nchw = self.normalize_eval.apply(&images_nhwc)?.f_to_kind(pass.compute)?;
        self.memory_point(&format!("{}.memory", pass.work), &images_nchw)?;
        let logits_nk = self.network.infer(pass.inference, &images_nchw)?;
        // The value is there only when the device has done all of it.
        logits_nk.f_sum(tch::Kind::Float)?.f_double_value(&[])?;
        Ok(())
    }

    fn advice(&self, fits: Option<u32>) -> String {
        let Some(batch) = fits else {
            return "Not even a step of one image fits: lower data.image_size or choose a smaller model."
                .into();
        };
        let effective = self.plan.train_loader.batch_size * self.plan.train.accumulate;
        let tried = format!("A step of {batch} fits (it was tried): set data.batch_size={batch}");
        if self.plan.train.optimizer.sam.is_some() {
            return format!(
                "{tried}. SAM takes no accumulation, so the effective batch becomes smaller too."
            );
        }
        let accumulate = self.accumulation(batch);
        let reached = batch * accumulate;
        let instead = if reached == effective { String::new() } else { format!(" (nearest to {effective})") };
        format!(
            "{tried} and trainer.accumulate_grad_batches={accumulate}, which keeps the effective batch at {reached}{instead}."
        )
    }

    /// Micro-batches of `batch` that make the effective batch, as near as whole numbers come.
    fn accumulation(&self, batch: u32) -> u32 {
        let effective = self.plan.train_loader.batch_size * self.plan.train.accumulate;
        ((effective + batch / 2) / batch.max(1)).max(1)
    }

    /// The first of the smaller batches whose forward and backward pass goes through.
    fn fitting_batch(&self, failed: u32, [height, width]: [usize; 2]) -> Option<u32> {
        let mut batch = failed;
        while batch > 1 {
            batch = smaller(self.plan.train_loader.batch_size, batch);
            match self.try_pass(i64::from(batch), height as i64, width as i64) {
                Ok(()) => return Some(batch),
                Err(Error::Torch(message)) if is_out_of_memory(&message) => {}
                Err(_) => return None,
            }
        }
        None
    }

    /// A pass over black images that leaves no trace.
    fn try_pass(&self, batch: i64, height: i64, width: i64) -> Result<()> {
        let bytes = vec![0u8; (batch * height * width * 3) as usize];
        let images_nchw = {
            let _no_grad = tch::no_grad_guard();
            self.normalize_train.apply(&self.images_on_device(&bytes, [batch, height, width, 3])?)?
        };
        let labels_n = Tensor::f_zeros([batch], (tch::Kind::Int64, self.machine.device))?;
        let mode = PassMode { train: true, track: false, dropout_seed: 0 };
        let (loss, ..) = self.forward_backward(&images_nchw, Target::Whole(&labels_n), mode)?;
        // The value is there only when the device has done all of it.
        loss.f_double_value(&[])?;
        Ok(())
    }

    /// Where a test asks for a step (`train.memory`) or a pass to run out of memory.
    pub(super) fn memory_point(&self, point: &str, images_nchw: &Tensor) -> Result<()> {
        let images = images_nchw.size().first().copied().unwrap_or(0);
        if injection::hit(point, images as u64) != Some(Effect::OutOfMemory) {
            return Ok(());
        }
        Err(Error::Torch(if self.machine.on_cpu() {
            "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to \
             allocate 1073741824 bytes. Error code 12 (Cannot allocate memory)"
                .into()
        } else {
            "CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has a total capacity of 14.56 GiB of which 512.00 \
             MiB is free."
                .into()
        }))
    }
}

/// The next batch to try: the largest divisor of `whole` from half to a quarter of `batch`, which keeps the effective
/// batch exactly; half of `batch` where there is none but 1.
fn smaller(whole: u32, batch: u32) -> u32 {
    let half = (batch / 2).max(1);
    let quarter = (batch / 4).max(2);
    (quarter..=half).rev().find(|size| whole.is_multiple_of(*size)).unwrap_or(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_batches_divide_the_whole_where_they_can() {
        let ladder = |whole: u32| {
            let mut batch = whole;
            std::iter::from_fn(|| {
                (batch > 1).then(|| {
                    batch = smaller(whole, batch);
                    batch
                })
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(ladder(64), [32, 16, 8, 4, 2, 1]);
        assert_eq!(ladder(50), [25, 10, 5, 2, 1]);
        assert_eq!(ladder(31), [15, 7, 3, 1]);
    }
}
