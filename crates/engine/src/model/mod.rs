//! The model families, one file each.

mod resnet;

use classifier_onnx::{OnnxError, Value};
use classifier_spec::{Architecture, ModelSpec};
use tch::Tensor;

use crate::blueprint::Blueprint;
use crate::error::{Error, Result};
use crate::export::Emission;
use crate::layer::Pass;

/// A place where a network can be cut in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stage {
    pub name: &'static str,
    /// Pixels of the image along a side of one cell.
    pub stride: i64,
}

/// A composed network: images in, logits out.
pub(crate) trait Model: std::fmt::Debug {
    /// Where it can be cut, in the order of the pass; at least one place.
    fn stages(&self) -> &'static [Stage];

    /// `images_nchw`, normalised → what leaves a stage, [N, C, ⌈H / stride⌉, ⌈W / stride⌉].
    fn features(&self, pass: &Pass, images_nchw: &Tensor, stage: usize) -> Result<Tensor>;

    /// What left a stage → [N, classes].
    fn logits(&self, pass: &Pass, features_nchw: &Tensor, stage: usize) -> Result<Tensor>;

    /// `images_nchw`, normalised → [N, classes].
    fn forward(&self, pass: &Pass, images_nchw: &Tensor) -> Result<Tensor> {
        let last = self.stages().len() - 1;
        self.logits(pass, &self.features(pass, images_nchw, last)?, last)
    }

    /// The same in evaluation mode, written to ONNX.
    fn emit(&self, emission: &mut Emission<'_>, images_nchw: &Value)
    -> std::result::Result<Value, OnnxError>;

    /// Name prefix of the last layer, whose size follows the number of classes.
    fn head(&self) -> &'static str;
}

/// Composes the model and the list of its tensors.
pub(crate) fn build(spec: &ModelSpec) -> Result<(Box<dyn Model>, Blueprint)> {
    if spec.num_classes == 0 {
        return Err(Error::config("model.num_classes is 0: a classifier needs at least one class"));
    }
    if !(0.0..1.0).contains(&spec.dropout) {
        return Err(Error::config(format!(
            "model.dropout is {}; it must be at least 0 and below 1",
            spec.dropout
        )));
    }
    let mut blueprint = Blueprint::new(&spec.freeze);
    let model: Box<dyn Model> = match spec.architecture {
        Architecture::Resnet18 | Architecture::Resnet34 | Architecture::Resnet50 => {
            Box::new(resnet::Resnet::new(&mut blueprint, spec))
        }
    };
    blueprint.check_freeze()?;
    Ok((model, blueprint))
}
