//! `RandomJPEGCompression` of `classifier_training`.

use classifier_spec::Fault;

use super::{Operation, Place, jpeg::recompress, with_chance};

/// Encodes and decodes at one uniform integer quality, with probability `p`.
pub fn plan(place: &Place, quality_min: u32, quality_max: u32, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.qualities("[quality_min, quality_max]", [quality_min, quality_max])?;
    with_chance(place, p, move |image, stream, _| recompress(&image, stream.integer(low, high)))
}
