//! Logits of images that are at hand.

use classifier_spec::{Fault, Weights};
use tch::{Kind, Tensor};

use super::Session;
use crate::error::Result;
use crate::network::PassMode;

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

    fn logits(&self, images_nhwc: &[u8], size: [i64; 4], weights: Weights) -> Result<Vec<f32>> {
        let _no_grad = tch::no_grad_guard();
        let compute = self.machine.compute_kind();
        let tensors = match self.resolve(weights) {
            // The shadows are there already.
            Weights::Raw => self.network.working.iter().map(Tensor::shallow_clone).collect(),
            other => self.network.working_set_of(&self.tensors_for(other)?)?,
        };
        let images_nhwc = self.images_on_device(images_nhwc, size)?;
        let images_nchw = self.normalize_eval.apply(&images_nhwc)?.f_to_kind(compute)?;
        let logits_nk = self.network.forward(&tensors, &images_nchw, PassMode::EVALUATE)?;
        let flat = logits_nk.f_to_kind(Kind::Float)?.f_to(tch::Device::Cpu)?.f_contiguous()?;
        let mut values = vec![0f32; flat.numel()];
        flat.f_copy_data(&mut values, flat.numel())?;
        Ok(values)
    }
}
