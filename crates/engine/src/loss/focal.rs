//! Focal loss (Lin et al. 2017): (1 − p_t)^γ · CE, p_t from the plain cross-entropy of the hard label.

use tch::{Kind, Reduction, Tensor};

use super::{Loss, Target};
use crate::error::Result;

impl Loss {
    pub(super) fn mean_focal(&self, logits_nk: &Tensor, target: Target, gamma: f64) -> Result<Tensor> {
        match target {
            Target::Whole(labels_n) => {
                Ok(self.focal_each(logits_nk, labels_n, gamma)?.f_mean(Kind::Float)?)
            }
            Target::Mixed { labels_n, others_n, share } => {
                let first = self.focal_each(logits_nk, labels_n, gamma)?.f_mean(Kind::Float)?;
                let second = self.focal_each(logits_nk, others_n, gamma)?.f_mean(Kind::Float)?;
                Ok(first.f_mul_scalar(share)?.f_add(&second.f_mul_scalar(1.0 - share)?)?)
            }
        }
    }

    fn focal_each(&self, logits_nk: &Tensor, labels_n: &Tensor, gamma: f64) -> Result<Tensor> {
        let plain_n =
            logits_nk.f_cross_entropy_loss(labels_n, None::<&Tensor>, Reduction::None, -100, 0.0)?;
        let miss_n = plain_n.f_neg()?.f_exp()?.f_neg()?.f_add_scalar(1.0)?;
        Ok(miss_n.f_pow_tensor_scalar(gamma)?.f_mul(&self.cross_entropy_each(logits_nk, labels_n)?)?)
    }
}
