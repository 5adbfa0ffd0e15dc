//! `RandomPosterize`.

use classifier_spec::Fault;

use super::{Operation, Place, in_place};
use crate::kernel::pixelwise::posterize;

/// Keeps the upper `bits` (0 … 8) of every value, with probability `p`.
pub fn plan(place: &Place, bits: u32, p: f64) -> Result<Box<dyn Operation>, Fault> {
    if bits > 8 {
        return Err(place.key.fault(format!("bits must be an integer from 0 to 8, not {bits}")));
    }
    in_place(place, p, move |image| posterize(image, bits))
}
