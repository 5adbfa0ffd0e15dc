//! `torch.nn.CrossEntropyLoss(weight, label_smoothing)`.

use tch::{Reduction, Tensor};

use super::Loss;
use crate::error::Result;

/// torch's default: a label that counts for nothing.
const IGNORED: i64 = -100;

impl Loss {
    /// Weighted mean: Σ w·l / Σ w for class weights w.
    pub(super) fn mean_cross_entropy(&self, logits_nk: &Tensor, labels_n: &Tensor) -> Result<Tensor> {
        self.cross_entropy(logits_nk, labels_n, Reduction::Mean)
    }

    /// The loss of each image, [N].
    pub(super) fn cross_entropy_each(&self, logits_nk: &Tensor, labels_n: &Tensor) -> Result<Tensor> {
        self.cross_entropy(logits_nk, labels_n, Reduction::None)
    }

    fn cross_entropy(&self, logits_nk: &Tensor, labels_n: &Tensor, reduction: Reduction) -> Result<Tensor> {
        let weight = self.class_weights_k.as_ref();
        Ok(logits_nk.f_cross_entropy_loss(labels_n, weight, reduction, IGNORED, self.label_smoothing)?)
    }
}
