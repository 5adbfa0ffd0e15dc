use std::borrow::Cow;
use std::collections::HashMap;

use classifier_onnx::{WeightSource, WeightView};

use crate::checkpoint::NamedBytes;

/// fp32 tensors by name, for the emitter.
pub(crate) struct NamedWeights<'a>(HashMap<&'a str, &'a NamedBytes>);

impl<'a> NamedWeights<'a> {
    pub(crate) fn new(tensors: &'a [NamedBytes]) -> Self {
        let floats = tensors.iter().filter(|tensor| tensor.kind == "F32");
        Self(floats.map(|tensor| (tensor.name.as_str(), tensor)).collect())
    }
}

impl WeightSource for NamedWeights<'_> {
    fn tensor(&self, name: &str) -> Option<WeightView<'_>> {
        let tensor = self.0.get(name)?;
        let shape = tensor.shape.iter().map(|side| side.cast_unsigned()).collect();
        Some(WeightView { shape, bytes: Cow::Borrowed(&tensor.bytes) })
    }
}
