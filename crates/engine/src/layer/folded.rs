//! Convolutions folded with their norms, for many passes in evaluation mode over the same weights.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    /// How many images a pass has, all cores' shares together.
    images: OnceLock<i64>,
    /// By the id of the weight; empty where no kernel takes the layer.
    layers: Mutex<HashMap<Id, Option<Arc<FrozenConv>>>>,
}

impl Folded {
    pub(crate) fn new(originals: Vec<Tensor>, kind: Kind) -> Self {
        Self { originals, kind, images: OnceLock::new(), layers: Mutex::default() }
    }

    /// The layers are packed as is best for the first pass, and do not depend on how its images are shared out.
    pub(crate) fn expect_images(&self, images: i64) {
        self.images.get_or_init(|| images);
    }

    /// None where no kernel takes the layer.
    pub(super) fn forward(
        &self,
        layer: &ConvNorm,
        x_nchw: &Tensor,
        residual_nchw: Option<&Tensor>,
        relu: bool,
    ) -> Result<Option<Tensor>> {
        match self.frozen(layer, x_nchw)? {
            Some(frozen) => frozen.forward(x_nchw, residual_nchw, relu),
            None => Ok(None),
        }
    }

    fn frozen(&self, layer: &ConvNorm, x_nchw: &Tensor) -> Result<Option<Arc<FrozenConv>>> {
        let id = layer.conv.weight();
        let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frozen) = layers.get(&id) {
            return Ok(frozen.clone());
        }
        let mut size = x_nchw.size();
        size[0] = self.images.get().copied().unwrap_or(size[0]);
        let frozen = self.fold(layer, &size)?.map(Arc::new);
        layers.insert(id, frozen.clone());
        Ok(frozen)
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
