//! The two pools of a residual network.

use classifier_onnx::{OnnxError, PoolAttributes, Value};
use tch::Tensor;

use super::Pass;
use crate::error::Result;
use crate::export::Emission;

/// `MaxPool2d(kernel_size=3, stride=2, padding=1)`.
#[derive(Debug, Clone)]
pub(crate) struct MaxPool;

impl MaxPool {
    /// `x_nchw` → [N, C, ⌈H / 2⌉, ⌈W / 2⌉].
    pub(crate) fn forward(&self, pass: &Pass, x_nchw: &Tensor) -> Result<Tensor> {
        if pass.own_kernels
            && let Some(y_nchw) = crate::torch::max_pool(x_nchw)?
        {
            return Ok(y_nchw);
        }
        Ok(x_nchw.f_max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false)?)
    }

    pub(crate) fn emit(
        &self,
        emission: &mut Emission<'_>,
        x_nchw: &Value,
    ) -> std::result::Result<Value, OnnxError> {
        let attributes = PoolAttributes { kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
        emission.onnx.graph.max_pool("maxpool", x_nchw, &attributes)
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

    pub(crate) fn emit(
        &self,
        emission: &mut Emission<'_>,
        x_nchw: &Value,
    ) -> std::result::Result<Value, OnnxError> {
        let graph = &mut emission.onnx.graph;
        let pooled = graph.global_average_pool("avgpool", x_nchw)?;
        graph.flatten("flatten", &pooled, 1)
    }
}
