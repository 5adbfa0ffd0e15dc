use classifier_onnx::{Emitter, OnnxError};

use crate::blueprint::{Entry, Id};

/// What a layer needs to write itself to ONNX: the emitter, and its tensors' names by id.
pub(crate) struct Emission<'a> {
    pub onnx: Emitter<'a>,
    entries: &'a [Entry],
}

impl<'a> Emission<'a> {
    pub(crate) fn new(onnx: Emitter<'a>, entries: &'a [Entry]) -> Self {
        Self { onnx, entries }
    }

    /// The name of the layer whose weight this is: `layer1.0.conv1` for `layer1.0.conv1.weight`.
    pub(crate) fn layer(&self, weight: Id) -> Result<&'a str, OnnxError> {
        let name = &self.entries[weight].name;
        name.strip_suffix(".weight")
            .ok_or_else(|| OnnxError::MissingWeight { name: format!("{name}.weight") })
    }
}
