//! `Grayscale`.

use classifier_spec::Fault;

use super::{Operation, Place, in_place};
use crate::kernel::color;

/// Grey, always in three equal channels: what one channel becomes where it meets a three-channel `Normalize`.
pub fn plan(place: &Place, num_output_channels: u32) -> Result<Box<dyn Operation>, Fault> {
    if !matches!(num_output_channels, 1 | 3) {
        return Err(place
            .key
            .fault(format!("num_output_channels must be 1 or 3, not {num_output_channels}")));
    }
    in_place(place, 1.0, color::grayscale)
}
