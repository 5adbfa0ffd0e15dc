//! From gradients to new weights: clipping, the rule, the groups.

mod clip;
mod groups;
mod rule;
mod scaler;

pub(crate) use clip::clip;
pub(crate) use rule::Optimizer;
pub(crate) use scaler::{Scaler, ScalerState};
