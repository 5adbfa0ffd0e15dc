//! The linear layer, with `torch.nn.Linear`'s initialisation.

use classifier_onnx::{OnnxError, Value};
use tch::Tensor;

use super::Pass;
use crate::blueprint::{Blueprint, Id, Init, Role};
use crate::error::Result;
use crate::export::Emission;

#[derive(Debug, Clone)]
pub(crate) struct Linear {
    weight: Id,
    bias: Id,
}

impl Linear {
    /// `kaiming_uniform_(a=√5)` is U(±1/√from) for the weight; the bias has the same bound.
    pub(crate) fn new(blueprint: &mut Blueprint, name: &str, from: i64, to: i64) -> Self {
        let init = Init::Uniform { bound: 1.0 / (from as f64).sqrt() };
        let weight = blueprint.add(format!("{name}.weight"), &[to, from], Role::Weight, init);
        let bias = blueprint.add(format!("{name}.bias"), &[to], Role::Bias, init);
        Self { weight, bias }
    }

    /// `x_nf` [N, from] → [N, to].
    pub(crate) fn forward(&self, pass: &Pass, x_nf: &Tensor) -> Result<Tensor> {
        Ok(x_nf.f_linear(pass.tensor(self.weight), Some(pass.tensor(self.bias)))?)
    }

    pub(crate) fn emit(
        &self,
        emission: &mut Emission<'_>,
        x_nf: &Value,
    ) -> std::result::Result<Value, OnnxError> {
        let name = emission.layer(self.weight)?;
        emission.onnx.linear(name, x_nf)
    }
}
