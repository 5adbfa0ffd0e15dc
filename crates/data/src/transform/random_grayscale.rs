//! `RandomGrayscale`.

use classifier_spec::Fault;

use super::{Operation, Place, in_place};
use crate::kernel::color::grayscale;

/// Three equal channels, with probability `p`.
pub fn plan(place: &Place, p: f64) -> Result<Box<dyn Operation>, Fault> {
    in_place(place, p, grayscale)
}
