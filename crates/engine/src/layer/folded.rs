//! Convolutions folded with their norms, for many passes in evaluation mode over the same weights.

use std::cell::RefCell;
use std::collections::HashMap;

use tch::{Kind, Tensor};

use super::ConvNorm;
use crate::blueprint::Id;
use crate::error::Result;
use crate::torch::{self, Format, FrozenConv};

/// Each layer is folded when it is first met, from the fp32 tensors, and rounded once to the kind of the passes.
#[derive(Debug)]
pub(crate) struct Folded {
    /// By id.
    originals: Vec<Tensor>,
    kind: Kind,
    /// By the id of the weight; empty where no kernel takes the layer.
    layers: RefCell<HashMap<Id, Option<FrozenConv>>>,
}

impl Folded {
    pub(crate) fn new(originals: Vec<Tensor>, kind: Kind) -> Self {
        Self { originals, kind, layers: RefCell::default() }
    }

    /// None where no kernel takes the layer.
    pub(super) fn forward(
        &self,
        layer: &ConvNorm,
        x_nchw: &Tensor,
        residual_nchw: Option<&Tensor>,
        relu: bool,
    ) -> Result<Option<Tensor>> {
        let id = layer.conv.weight();
        if !self.layers.borrow().contains_key(&id) {
            let frozen = self.fold(layer, &x_nchw.size())?;
            self.layers.borrow_mut().insert(id, frozen);
        }
        match self.layers.borrow().get(&id) {
            Some(Some(frozen)) => frozen.forward(x_nchw, residual_nchw, relu),
            _ => Ok(None),
        }
    }

    /// With s = γ / √(σ² + ε): weights w · s and the bias β − μ · s, in double.
    fn fold(&self, layer: &ConvNorm, size_nchw: &[i64]) -> Result<Option<FrozenConv>> {
        let double = |id: Id| self.originals[id].f_detach()?.f_to_kind(Kind::Double);
        let [gamma, beta, mean, variance] = layer.norm.tensors().map(double);
        let scale = gamma? / (variance? + super::batch_norm::EPS).f_sqrt()?;
        let bias = (beta? - mean? * &scale).f_to_kind(Kind::Float)?;
        let weight = double(layer.conv.weight())? * scale.f_view([-1, 1, 1, 1])?;
        let weight = torch::in_format(&weight.f_to_kind(self.kind)?, Format::ChannelsLast)?;
        // A kernel may take NaN for 0: weights that are not finite go the plain way, and are seen.
        let finite = |values: &Tensor| values.f_isfinite()?.f_all()?.f_int64_value(&[]);
        if finite(&weight)? == 0 || finite(&bias)? == 0 {
            return Ok(None);
        }
        let (stride, padding) = layer.conv.steps();
        FrozenConv::new(&weight, bias, stride, padding, size_nchw)
    }
}
