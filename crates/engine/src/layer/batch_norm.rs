//! Batch normalisation with what follows it: an optional residual sum, then an optional ReLU.

use classifier_onnx::{OnnxError, Value};
use tch::Tensor;

use super::{Conv, Pass};
use crate::blueprint::{Blueprint, Id, Init, Role};
use crate::error::Result;
use crate::export::Emission;
use crate::torch::{self, NormTensors};

/// torchvision's: momentum 0.1, eps 1e-5.
const MOMENTUM: f64 = 0.1;
pub(super) const EPS: f64 = 1e-5;

#[derive(Debug, Clone)]
pub(super) struct BatchNorm {
    weight: Id,
    bias: Id,
    running_mean: Id,
    running_var: Id,
    /// Runs in evaluation mode always.
    frozen: bool,
}

impl BatchNorm {
    /// `scale`: initial weight, 1 or (for the last norm of a residual branch, by option) 0.
    pub(super) fn new(blueprint: &mut Blueprint, name: &str, channels: i64, scale: f32) -> Self {
        let mut add = |suffix: &str, role, value| {
            blueprint.add(format!("{name}.{suffix}"), &[channels], role, Init::Constant(value))
        };
        let weight = add("weight", Role::Norm, scale);
        let bias = add("bias", Role::Norm, 0.0);
        let running_mean = add("running_mean", Role::Statistic, 0.0);
        let running_var = add("running_var", Role::Statistic, 1.0);
        let counter = format!("{name}.num_batches_tracked");
        blueprint.add(counter, &[], Role::Counter, Init::Constant(0.0));
        let frozen = blueprint.is_frozen(&format!("{name}.weight"));
        Self { weight, bias, running_mean, running_var, frozen }
    }

    /// γ, β, μ and σ².
    pub(super) fn tensors(&self) -> [Id; 4] {
        [self.weight, self.bias, self.running_mean, self.running_var]
    }

    /// `relu(bn(x_nchw) + residual_nchw)`, without what is not asked for.
    pub(super) fn forward(
        &self,
        pass: &Pass,
        x_nchw: &Tensor,
        residual_nchw: Option<&Tensor>,
        relu: bool,
    ) -> Result<Tensor> {
        let train = pass.train && !self.frozen;
        // With momentum 0 the running statistics stay as they are.
        let momentum = if pass.track { MOMENTUM } else { 0.0 };
        let [weight, bias, running_mean, running_var] = self.tensors().map(|id| pass.tensor(id));
        if pass.own_kernels {
            let of = NormTensors { weight, bias, running_mean, running_var };
            let done = match (train, pass.train) {
                (true, _) => torch::batch_norm(x_nchw, of, residual_nchw, momentum, EPS, relu)?,
                // A frozen norm in training passes gradients on, which libtorch does.
                (false, true) => None,
                (false, false) => torch::batch_norm_evaluate(x_nchw, of, residual_nchw, EPS, relu)?,
            };
            if let Some(y_nchw) = done {
                return Ok(y_nchw);
            }
        }
        let (mean, var) = (running_mean, running_var);
        let mut y_nchw = x_nchw.f_batch_norm(
            Some(weight),
            Some(bias),
            Some(mean),
            Some(var),
            train,
            momentum,
            EPS,
            true,
        )?;
        if let Some(residual) = residual_nchw {
            y_nchw = y_nchw.f_add_(residual)?;
        }
        if relu { Ok(y_nchw.f_relu_()?) } else { Ok(y_nchw) }
    }

    /// The convolution before it and [`Self::forward`] in evaluation mode.
    pub(super) fn emit(
        &self,
        emission: &mut Emission<'_>,
        conv: &Conv,
        x_nchw: &Value,
        residual_nchw: Option<&Value>,
        relu: bool,
    ) -> std::result::Result<Value, OnnxError> {
        let (weight, attributes) = conv.onnx();
        let (conv, norm) = (emission.layer(weight)?, emission.layer(self.weight)?);
        let mut y_nchw = emission.onnx.conv_norm(conv, norm, x_nchw, &attributes, EPS)?;
        if let Some(residual) = residual_nchw {
            y_nchw = emission.onnx.graph.add(&format!("{norm}.add"), &y_nchw, residual)?;
        }
        if relu { emission.onnx.graph.relu(&format!("{norm}.relu"), &y_nchw) } else { Ok(y_nchw) }
    }
}
