//! `GaussianNoise`.

use classifier_spec::Fault;

use super::{Operation, Place, with_chance};
use crate::kernel::noise::each_with_normal;

/// Adds whole numbers that are cut from N(255 · mean, 255 · sigma); without `clip` values wrap around, as torch's do.
pub fn plan(place: &Place, mean: f64, sigma: f64, clip: bool) -> Result<Box<dyn Operation>, Fault> {
    if !mean.is_finite() || !sigma.is_finite() || sigma < 0.0 {
        return Err(place
            .key
            .fault(format!("sigma must not be negative and both be finite, not {mean} and {sigma}")));
    }
    let (mean, sigma) = ((mean * 255.0) as f32, (sigma * 255.0) as f32);
    with_chance(place, 1.0, move |mut image, stream, _| {
        each_with_normal(&mut image, stream, |value, normal| {
            let noisy = i16::from(value).wrapping_add((mean + normal * sigma) as i16);
            if clip { noisy.clamp(0, 255) as u8 } else { noisy as u8 }
        });
        Ok(image)
    })
}
