//! `ScaleJitter`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Key, Operation, Place, Size, resize::resize_to};
use crate::RgbImage;

/// Scales so that the image fits into a target size times a random factor.
struct ScaleJitter {
    id: u32,
    key: Key,
    target: Size,
    scale_range: [f64; 2],
    interpolation: Interpolation,
    antialias: bool,
}

pub fn plan(
    place: &Place,
    target_size: [u32; 2],
    scale_range: [f64; 2],
    interpolation: Interpolation,
    antialias: bool,
) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(ScaleJitter {
        id: place.id,
        key: place.key.clone(),
        target: place.key.size(target_size)?,
        scale_range: place.key.positive_range("scale_range", scale_range)?,
        interpolation,
        antialias,
    }))
}

/// A size that a transform computed, refused where nothing would be left or it grows out of bounds.
pub fn check_size((height, width): Size, key: &Key) -> Result<Size, Fault> {
    if (1..=16_384).contains(&height) && (1..=16_384).contains(&width) {
        return Ok((height, width));
    }
    Err(key.unsuitable(format!("the image would be scaled to {width}x{height} pixels")))
}

impl Operation for ScaleJitter {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let scale = context.draw.stream(self.id).uniform(self.scale_range[0], self.scale_range[1]);
        // torchvision divides the target's second number by the height, and its first by the width.
        let fit = (self.target.1 as f64 / image.height as f64).min(self.target.0 as f64 / image.width as f64);
        let side = |side: usize| (side as f64 * fit * scale) as usize;
        let size = check_size((side(image.height), side(image.width)), &self.key)?;
        Ok(resize_to(image, size, self.interpolation, self.antialias, context))
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        None
    }
}
