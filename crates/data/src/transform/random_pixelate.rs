//! `RandomPixelate` of `classifier_training`.

use classifier_spec::{Fault, Interpolation};

use super::{Operation, Place, with_chance};
use crate::{RgbImage, Workspace, decode::Region, kernel::resize::resize};

/// Scales by a uniform factor to the nearest pixel and back, with probability `p`.
pub fn plan(place: &Place, scale_min: f64, scale_max: f64, p: f64) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.positive_range("[scale_min, scale_max]", [scale_min, scale_max])?;
    with_chance(place, p, move |image, stream, workspace| {
        // Pillow's NEAREST takes the pixel under the middle, as torch's nearest-exact does.
        Ok(there_and_back(image, stream.uniform(low, high), Interpolation::NearestExact, workspace))
    })
}

/// Scales to `max(1, ⌊side · scale⌋)` and back to the old size.
pub fn there_and_back(
    image: RgbImage,
    scale: f64,
    interpolation: Interpolation,
    workspace: &mut Workspace,
) -> RgbImage {
    let (width, height) = (image.width, image.height);
    let side = |side: usize| ((side as f64 * scale) as usize).clamp(1, 16_384);
    let whole = |image: &RgbImage| Region { x: 0, y: 0, width: image.width, height: image.height };
    let small =
        resize(image.view(), whole(&image), side(width), side(height), interpolation, true, workspace);
    workspace.give(image.pixels_hwc);
    let out = resize(small.view(), whole(&small), width, height, interpolation, true, workspace);
    workspace.give(small.pixels_hwc);
    out
}
