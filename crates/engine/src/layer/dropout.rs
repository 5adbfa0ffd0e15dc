//! Dropout whose mask is a function of the pass's seed.

use tch::Tensor;

use super::Pass;
use crate::error::Result;

#[derive(Debug, Clone)]
pub(crate) struct Dropout {
    probability: f64,
}

impl Dropout {
    pub(crate) fn new(probability: f64) -> Self {
        Self { probability }
    }

    pub(crate) fn forward(&self, pass: &Pass, x: Tensor) -> Result<Tensor> {
        if !pass.train || self.probability == 0.0 {
            return Ok(x);
        }
        crate::torch::manual_seed(pass.dropout_seed)?;
        Ok(x.f_dropout(self.probability, true)?)
    }
}
