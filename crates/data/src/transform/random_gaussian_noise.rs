//! `RandomGaussianNoise` of `classifier_training`.

use classifier_spec::Fault;

use super::{Operation, Place, with_chance};
use crate::kernel::{noise::each_with_normal, pixelwise::level};

/// Adds N(0, σ) on the 0–255 scale to every value, σ uniform in its range; clipped and cut to whole levels.
pub fn plan(place: &Place, sigma_min: f64, sigma_max: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] =
        place.key.range("[sigma_min, sigma_max]", [sigma_min, sigma_max], 0.0, f64::INFINITY)?;
    with_chance(place, p, move |mut image, stream, _| {
        let sigma = stream.uniform(low, high) as f32;
        each_with_normal(&mut image, stream, |value, normal| level(f32::from(value) + normal * sigma));
        Ok(image)
    })
}
