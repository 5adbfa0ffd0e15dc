//! The losses, equal to torch's formulas, for whole labels and for mixtures of two.

mod cross_entropy;
mod focal;

use classifier_spec::LossSpec;
use tch::{Device, Kind, Tensor};

use crate::error::{Error, Result};

/// What the logits are measured against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// Class indices [N].
    Whole(&'a Tensor),
    /// Weight `share` on the first label, the rest on the second: the soft targets of MixUp and CutMix.
    Mixed { labels_n: &'a Tensor, others_n: &'a Tensor, share: f64 },
}

#[derive(Debug)]
enum Rule {
    CrossEntropy,
    Focal {
        gamma: f64,
    },
    /// What is added to the logits: τ · log π.
    LogitAdjusted {
        shift_k: Tensor,
    },
}

#[derive(Debug)]
pub(crate) struct Loss {
    rule: Rule,
    label_smoothing: f64,
    class_weights_k: Option<Tensor>,
}

impl Loss {
    pub(crate) fn new(spec: &LossSpec, classes: u32, device: Device) -> Result<Self> {
        let vector = |values: &[f64], what: &str| -> Result<Tensor> {
            if values.len() != classes as usize {
                return Err(Error::config(format!(
                    "{what} has {} values for {classes} classes",
                    values.len()
                )));
            }
            let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
            Ok(Tensor::f_from_slice(&values)?.f_to(device)?)
        };
        let weights = |values: &Option<Vec<f64>>| -> Result<Option<Tensor>> {
            values.as_ref().map(|values| vector(values, "the loss's class_weights")).transpose()
        };
        Ok(match spec {
            LossSpec::CrossEntropy { label_smoothing, class_weights } => Self {
                rule: Rule::CrossEntropy,
                label_smoothing: *label_smoothing,
                class_weights_k: weights(class_weights)?,
            },
            LossSpec::Focal { gamma, label_smoothing, class_weights } => Self {
                rule: Rule::Focal { gamma: *gamma },
                label_smoothing: *label_smoothing,
                class_weights_k: weights(class_weights)?,
            },
            LossSpec::LogitAdjusted { tau, label_smoothing, class_frequencies } => {
                let total: f64 = class_frequencies.iter().sum();
                // A class that the train split lacks gets a prior far below one image.
                let shift: Vec<f64> =
                    class_frequencies.iter().map(|count| tau * (count / total).max(1e-12).ln()).collect();
                Self {
                    rule: Rule::LogitAdjusted { shift_k: vector(&shift, "the loss's class_frequencies")? },
                    label_smoothing: *label_smoothing,
                    class_weights_k: None,
                }
            }
        })
    }

    /// Mean loss, a scalar that gradients flow from. `logits_nk` may be of low precision; the loss is not.
    pub(crate) fn mean(&self, logits_nk: &Tensor, target: Target) -> Result<Tensor> {
        let mut logits_nk = logits_nk.f_to_kind(Kind::Float)?;
        if let Rule::LogitAdjusted { shift_k } = &self.rule {
            logits_nk = logits_nk.f_add(shift_k)?;
        }
        match (&self.rule, target) {
            (Rule::Focal { gamma }, target) => self.mean_focal(&logits_nk, target, *gamma),
            (_, Target::Whole(labels_n)) => self.mean_cross_entropy(&logits_nk, labels_n),
            (_, Target::Mixed { labels_n, others_n, share }) => {
                let first = self.cross_entropy_each(&logits_nk, labels_n)?.f_mean(Kind::Float)?;
                let second = self.cross_entropy_each(&logits_nk, others_n)?.f_mean(Kind::Float)?;
                Ok(first.f_mul_scalar(share)?.f_add(&second.f_mul_scalar(1.0 - share)?)?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::Reduction;

    use super::*;

    #[test]
    fn a_mixture_is_cross_entropy_with_soft_targets() {
        let options = (Kind::Float, Device::Cpu);
        let logits_nk = Tensor::from_slice(&[0.5f32, -1.0, 2.0, 0.0, 3.0, -2.0, 1.0, 1.5, 0.25]).view([3, 3]);
        let (labels_n, others_n) = (Tensor::from_slice(&[0i64, 1, 2]), Tensor::from_slice(&[2i64, 0, 1]));
        let (share, classes) = (0.3, 3);
        let hot = |labels: &Tensor| labels.one_hot(classes).to_kind(Kind::Float);
        let soft_nk = hot(&labels_n) * share + hot(&others_n) * (1.0 - share);
        for class_weights in [None, Some(vec![0.5, 2.0, 1.0])] {
            let spec = LossSpec::CrossEntropy { label_smoothing: 0.1, class_weights: class_weights.clone() };
            let loss = Loss::new(&spec, classes as u32, options.1).expect("a loss");
            let target = Target::Mixed { labels_n: &labels_n, others_n: &others_n, share };
            let found = loss.mean(&logits_nk, target).expect("a number").double_value(&[]);
            let weight = loss.class_weights_k.as_ref();
            let expected =
                logits_nk.cross_entropy_loss(&soft_nk, weight, Reduction::Mean, -100, 0.1).double_value(&[]);
            assert!((found - expected).abs() < 1e-6, "{class_weights:?}: {found} {expected}");
        }
    }

    #[test]
    fn weights_of_another_number_of_classes_are_refused() {
        let spec = LossSpec::CrossEntropy { label_smoothing: 0.0, class_weights: Some(vec![1.0; 4]) };
        let Err(Error::Fault(fault)) = Loss::new(&spec, 5, Device::Cpu) else { panic!("accepted") };
        assert!(fault.message.contains('4') && fault.message.contains('5'));
    }
}
