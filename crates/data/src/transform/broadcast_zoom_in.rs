//! `RandomZoomIn` of `classifier_training`.

use classifier_spec::{Fault, Interpolation};

use super::{Operation, Place, with_chance};
use crate::{decode::Region, kernel::resize::resize};

/// Cuts a random part of ⌊side · s⌋ and scales it back to the old size.
pub fn plan(place: &Place, min_scale: f64, max_scale: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.range("[min_scale, max_scale]", [min_scale, max_scale], 0.0, 1.0)?;
    if low <= 0.0 {
        return Err(place.key.fault("min_scale must be above zero"));
    }
    with_chance(place, p, move |image, stream, workspace| {
        let (width, height) = (image.width, image.height);
        let scale = stream.uniform(low, high);
        let side = |side: usize| ((side as f64 * scale) as usize).clamp(1, side);
        let (part_width, part_height) = (side(width), side(height));
        let x = stream.below((width - part_width) as u64 + 1) as usize;
        let y = stream.below((height - part_height) as u64 + 1) as usize;
        let part = Region { x, y, width: part_width, height: part_height };
        let out = resize(image.view(), part, width, height, Interpolation::Bilinear, true, workspace);
        workspace.give(image.pixels_hwc);
        Ok(out)
    })
}
