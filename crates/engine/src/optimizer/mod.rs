//! From gradients to new weights: clipping, the rule, the groups.

mod clip;
mod groups;
mod rule;
mod sam;
mod scaler;

pub(crate) use clip::clip;
pub(crate) use rule::Optimizer;
pub(crate) use sam::Climb;
pub(crate) use scaler::{Scaler, ScalerState};
