//! The two pools of a residual network.

use tch::Tensor;

use super::Pass;
use crate::error::Result;

/// `MaxPool2d(kernel_size=3, stride=2, padding=1)`.
#[derive(Debug, Clone)]
pub(crate) struct MaxPool;

impl MaxPool {
    /// `x_nchw` → [N, C, ⌈H / 2⌉, ⌈W / 2⌉].
    pub(crate) fn forward(&self, _pass: &Pass, x_nchw: &Tensor) -> Result<Tensor> {
        Ok(x_nchw.f_max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false)?)
    }
}

/// Mean over height and width.
#[derive(Debug, Clone)]
pub(crate) struct GlobalAveragePool;

impl GlobalAveragePool {
    /// `x_nchw` → [N, C].
    pub(crate) fn forward(&self, x_nchw: &Tensor) -> Result<Tensor> {
        Ok(x_nchw.f_adaptive_avg_pool2d([1, 1])?.f_flatten(1, -1)?)
    }
}
