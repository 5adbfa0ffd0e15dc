//! `RandomBilinearDownscale` of `classifier_training`.

use classifier_spec::{Fault, Interpolation};

use super::{Operation, Place, random_pixelate::there_and_back, with_chance};

/// Scales by a uniform factor with antialiased bilinear interpolation and back, with probability `p`.
pub fn plan(place: &Place, scale_min: f64, scale_max: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.positive_range("[scale_min, scale_max]", [scale_min, scale_max])?;
    with_chance(place, p, move |image, stream, workspace| {
        Ok(there_and_back(image, stream.uniform(low, high), Interpolation::Bilinear, workspace))
    })
}
