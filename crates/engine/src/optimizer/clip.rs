//! Gradient clipping without a sync.

use classifier_spec::{ClipAlgorithm, ClipSpec};
use tch::{Kind, Tensor};

use crate::error::Result;
use crate::torch;

/// Clips in place. By norm (`torch.nn.utils.clip_grad_norm_`: factor max / (norm + 1e-6), at most 1) the norm before it
/// comes back, as a scalar on the device.
pub(crate) fn clip(grads: &[Tensor], spec: &ClipSpec) -> Result<Option<Tensor>> {
    match spec.algorithm {
        ClipAlgorithm::Value => {
            torch::clamp(grads, -spec.value, spec.value)?;
            Ok(None)
        }
        ClipAlgorithm::Norm => {
            let norm = torch::total_norm(grads)?;
            let factor =
                norm.f_add_scalar(1e-6)?.f_reciprocal()?.f_mul_scalar(spec.value)?.f_clamp_max(1.0)?;
            torch::scale_by(grads, &factor.f_to_kind(Kind::Float)?)?;
            Ok(Some(norm))
        }
    }
}
