//! `RandomSolarize`.

use classifier_spec::Fault;

use super::{Operation, Place, in_place};
use crate::kernel::pixelwise::solarize;

/// Inverts the values from `threshold` on, with probability `p`.
pub fn plan(place: &Place, threshold: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [level, ..] = place.units.level([threshold; 3]);
    if !level.is_finite() || level > 255.0 {
        return Err(place
            .key
            .fault(format!("threshold must not be above the largest value, but is {threshold}")));
    }
    in_place(place, p, move |image| solarize(image, level))
}
