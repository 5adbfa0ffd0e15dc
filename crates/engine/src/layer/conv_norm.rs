//! A convolution and its batch norm: one layer in a network, and one operation where its weights stand still.

use classifier_onnx::{OnnxError, Value};
use tch::Tensor;

use super::{BatchNorm, Conv, Pass};
use crate::blueprint::Blueprint;
use crate::error::Result;
use crate::export::Emission;

#[derive(Debug, Clone)]
pub(crate) struct ConvNorm {
    pub(super) conv: Conv,
    pub(super) norm: BatchNorm,
}

impl ConvNorm {
    pub(crate) fn new(conv: Conv, blueprint: &mut Blueprint, norm: &str, scale: f32) -> Self {
        let norm = BatchNorm::new(blueprint, norm, conv.channels(), scale);
        Self { conv, norm }
    }

    /// `relu(bn(x_nchw * weight) + residual_nchw)`, without what is not asked for.
    pub(crate) fn forward(
        &self,
        pass: &Pass,
        x_nchw: &Tensor,
        residual_nchw: Option<&Tensor>,
        relu: bool,
    ) -> Result<Tensor> {
        if let Some(folded) = pass.folded
            && let Some(y_nchw) = folded.forward(self, x_nchw, residual_nchw, relu)?
        {
            return Ok(y_nchw);
        }
        self.norm.forward(pass, &self.conv.forward(pass, x_nchw)?, residual_nchw, relu)
    }

    /// The same in evaluation mode, written to ONNX.
    pub(crate) fn emit(
        &self,
        emission: &mut Emission<'_>,
        x_nchw: &Value,
        residual_nchw: Option<&Value>,
        relu: bool,
    ) -> std::result::Result<Value, OnnxError> {
        self.norm.emit(emission, &self.conv, x_nchw, residual_nchw, relu)
    }
}
