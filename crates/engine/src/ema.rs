//! Exponential moving average of the weights, batch norm statistics included.

use classifier_spec::EmaSpec;
use tch::Tensor;

use crate::blueprint::{Entry, Role};
use crate::error::Result;
use crate::torch;

pub(crate) struct Ema {
    spec: EmaSpec,
    /// By id, as the masters.
    pub tensors: Vec<Tensor>,
}

impl Ema {
    /// Starts at the present weights.
    pub(crate) fn new(spec: &EmaSpec, masters: &[Tensor]) -> Result<Self> {
        let tensors = masters
            .iter()
            .map(|tensor| torch::clone_as(tensor, tensor.f_kind()?))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { spec: spec.clone(), tensors })
    }

    /// Starts again at these weights.
    pub(crate) fn restart(&self, masters: &[Tensor]) -> Result<()> {
        torch::copy_all(&self.tensors.iter().collect::<Vec<_>>(), &masters.iter().collect::<Vec<_>>())
    }

    /// Decay of the update after optimizer step `n`, counted from 1: `decay · (1 − exp(−n / warmup_steps))`.
    pub(crate) fn decay(&self, n: u64) -> f64 {
        decay(&self.spec, n)
    }

    /// `ema ← decay · ema + (1 − decay) · weights` for everything that is not a counter; counters are copied.
    pub(crate) fn update(&self, entries: &[Entry], masters: &[Tensor], decay: f64) -> Result<()> {
        let (averages, weights) = self.pairs(entries, masters, |role| role != Role::Counter);
        torch::lerp(&averages, &weights, 1.0 - decay)?;
        self.copy_counters(entries, masters)
    }

    pub(crate) fn copy_counters(&self, entries: &[Entry], masters: &[Tensor]) -> Result<()> {
        let (averages, weights) = self.pairs(entries, masters, |role| role == Role::Counter);
        torch::copy_all(&averages, &weights)
    }

    fn pairs<'a>(
        &'a self,
        entries: &[Entry],
        masters: &'a [Tensor],
        include: impl Fn(Role) -> bool,
    ) -> (Vec<&'a Tensor>, Vec<&'a Tensor>) {
        (0..entries.len())
            .filter(|&id| include(entries[id].role))
            .map(|id| (&self.tensors[id], &masters[id]))
            .unzip()
    }
}

fn decay(spec: &EmaSpec, n: u64) -> f64 {
    if spec.warmup_steps == 0 {
        return spec.decay;
    }
    spec.decay * (1.0 - (-(n as f64) / f64::from(spec.warmup_steps)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_warms_up_as_the_formula_says() {
        let spec = EmaSpec { decay: 0.9999, warmup_steps: 2000 };
        assert_eq!(decay(&spec, 0), 0.0);
        assert!((decay(&spec, 2000) - 0.9999 * (1.0 - (-1f64).exp())).abs() < 1e-15);
        assert_eq!(decay(&EmaSpec { decay: 0.99, warmup_steps: 0 }, 1), 0.99);
    }
}
