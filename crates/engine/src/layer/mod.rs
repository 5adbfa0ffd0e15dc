//! Layers: each knows its tensors' names, its initial values, its forward pass and how to write it to ONNX.

mod batch_norm;
mod conv;
mod conv_norm;
mod dropout;
mod folded;
mod linear;
mod pool;

use batch_norm::BatchNorm;
pub(crate) use conv::Conv;
pub(crate) use conv_norm::ConvNorm;
pub(crate) use dropout::Dropout;
pub(crate) use folded::Folded;
pub(crate) use linear::Linear;
pub(crate) use pool::{GlobalAveragePool, MaxPool};

use tch::Tensor;

use crate::blueprint::Id;

/// One forward pass: the tensors to use and how.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    /// The working tensor of every id: raw or averaged weights, in the precision of the pass.
    pub tensors: &'a [Tensor],
    /// Batch statistics and dropout are on.
    pub train: bool,
    /// Running statistics follow the batch (only in training).
    pub track: bool,
    /// Seed of this pass's dropout.
    pub dropout_seed: u64,
    /// Use the engine's own CPU kernels where they apply.
    pub own_kernels: bool,
    /// Layers that were prepared for many passes like this one.
    pub folded: Option<&'a Folded>,
}

impl Pass<'_> {
    pub(crate) fn tensor(&self, id: Id) -> &Tensor {
        &self.tensors[id]
    }
}
