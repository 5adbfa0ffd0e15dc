//! `RandomAdjustSharpness`.

use classifier_spec::Fault;

use super::{Operation, Place, with_chance};
use crate::kernel::sharpness::adjust_sharpness;

/// Blurred (factor 0), as it is (1) or sharper, with probability `p`.
pub fn plan(place: &Place, sharpness_factor: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    if !sharpness_factor.is_finite() || sharpness_factor < 0.0 {
        return Err(place
            .key
            .fault(format!("sharpness_factor must not be negative, but is {sharpness_factor}")));
    }
    with_chance(place, p, move |image, _, workspace| Ok(adjust_sharpness(image, sharpness_factor, workspace)))
}
