//! Convolution without bias, as every convolution before a batch norm.

use classifier_onnx::ConvAttributes;
use tch::Tensor;

use super::Pass;
use crate::blueprint::{Blueprint, Id, Init, Role};
use crate::error::Result;
use crate::torch;

#[derive(Debug, Clone)]
pub(crate) struct Conv {
    weight: Id,
    channels: i64,
    stride: i64,
    padding: i64,
}

impl Conv {
    /// A square kernel of odd size with "same" padding; weights by `kaiming_normal_(mode="fan_out", "relu")`.
    pub(crate) fn new(
        blueprint: &mut Blueprint,
        name: &str,
        from: i64,
        to: i64,
        kernel: i64,
        stride: i64,
    ) -> Self {
        let fan_out = (to * kernel * kernel) as f64;
        let init = Init::Normal { std: (2.0 / fan_out).sqrt() };
        let shape = [to, from, kernel, kernel];
        let weight = blueprint.add(format!("{name}.weight"), &shape, Role::Weight, init);
        Self { weight, channels: to, stride, padding: kernel / 2 }
    }

    /// Of the output.
    pub(super) fn channels(&self) -> i64 {
        self.channels
    }

    pub(super) fn weight(&self) -> Id {
        self.weight
    }

    /// Stride and padding.
    pub(super) fn steps(&self) -> (i64, i64) {
        (self.stride, self.padding)
    }

    /// `x_nchw` → [N, to, ⌈H / stride⌉, ⌈W / stride⌉].
    pub(super) fn forward(&self, pass: &Pass, x_nchw: &Tensor) -> Result<Tensor> {
        let (stride, padding) = ([self.stride; 2], [self.padding; 2]);
        let weight = pass.tensor(self.weight);
        if pass.own_kernels
            && let Some(y_nchw) = self.by_own_kernels(x_nchw, weight)?
        {
            return Ok(y_nchw);
        }
        Ok(x_nchw.f_conv2d(weight, None::<&Tensor>, stride, padding, [1, 1], 1)?)
    }

    fn by_own_kernels(&self, x_nchw: &Tensor, weight: &Tensor) -> Result<Option<Tensor>> {
        if self.stride == 1
            && self.padding == 1
            && let Some(y_nchw) = torch::winograd(x_nchw, weight)?
        {
            return Ok(Some(y_nchw));
        }
        torch::image_conv(x_nchw, weight, self.stride, self.padding)
    }

    /// Its weight, and the rest as ONNX calls it; the norm that follows writes both.
    pub(super) fn onnx(&self) -> (Id, ConvAttributes) {
        let [stride, padding] = [self.stride, self.padding].map(|number| [number as u32; 2]);
        (self.weight, ConvAttributes { stride, padding, ..ConvAttributes::default() })
    }
}
