//! What a layer needs to write itself: its weights by name, and the graph.

mod conv_norm;
mod linear;

use crate::weight_source::required;
use crate::{Graph, OnnxError, Value, WeightSource};

/// The graph under construction and the weights that its layers read. A layer's prefix (`layer1.0.conv1`) names its
/// node and, with `.weight` and so on, its initializers: torchvision's names go into the file unchanged.
pub struct Emitter<'a> {
    pub graph: Graph<'a>,
    weights: &'a dyn WeightSource,
    fold_bn: bool,
}

impl<'a> Emitter<'a> {
    /// With `fold_bn` a batch norm after a convolution disappears into its weights ([`crate::fold_bn`]).
    pub fn new(graph: Graph<'a>, weights: &'a dyn WeightSource, fold_bn: bool) -> Self {
        Self { graph, weights, fold_bn }
    }

    /// The tensor `name` as an initializer of the same name.
    pub fn weight(&mut self, name: &str) -> Result<Value, OnnxError> {
        let tensor = required(self.weights, name)?.into_tensor(name)?;
        self.graph.initializer(tensor)
    }

    /// The same, or nothing where the weights do not hold it.
    fn optional_weight(&mut self, name: &str) -> Result<Option<Value>, OnnxError> {
        if self.weights.tensor(name).is_none() { Ok(None) } else { self.weight(name).map(Some) }
    }
}
