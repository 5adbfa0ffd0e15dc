//! Logits of images that are at hand.

use classifier_spec::{Fault, Weights};
use tch::Kind;

use super::Session;
use super::memory::Pass;
use crate::error::Result;

impl Session {
    /// Row-major logits [n, classes] of u8 images [n, height, width, 3], in the precision of the plan.
    pub fn predict(
        &mut self,
        images_nhwc: &[u8],
        n: usize,
        height: usize,
        width: usize,
        weights: Weights,
    ) -> std::result::Result<Vec<f32>, Fault> {
        Ok(self.logits(images_nhwc, [n as i64, height as i64, width as i64, 3], weights)?)
    }

    fn logits(&mut self, images_nhwc: &[u8], size: [i64; 4], weights: Weights) -> Result<Vec<f32>> {
        let _no_grad = tch::no_grad_guard();
        let compute = self.machine.compute_kind();
        let weights = self.resolve(weights);
        let inference = match self.inference.take() {
            Some((of, inference)) if of == weights => inference,
            _ => self.network.inference(self.tensors_for(weights)?, compute)?,
        };
        let passed = (|| {
            let images_nhwc = self.images_on_device(images_nhwc, size)?;
            let images_nchw = self.normalize_eval.apply(&images_nhwc)?.f_to_kind(compute)?;
            self.memory_point("predict.memory", &images_nchw)?;
            self.network.infer(&inference, &images_nchw)
        })();
        let [n, height, width, _] = size.map(|side| side as usize);
        let logits_nk = passed.map_err(|error| {
            let pass = Pass { work: "predict", key: "batch_size", inference: &inference, compute };
            self.with_pass_advice(error, &pass, n, [height, width])
        })?;
        self.inference = Some((weights, inference));
        let flat = logits_nk.f_to_kind(Kind::Float)?.f_to(tch::Device::Cpu)?.f_contiguous()?;
        let mut values = vec![0f32; flat.numel()];
        flat.f_copy_data(&mut values, flat.numel())?;
        Ok(values)
    }
}
