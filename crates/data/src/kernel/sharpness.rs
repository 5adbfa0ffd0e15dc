//! Sharpness.

use super::{color::fused, pixelwise::level};
use crate::{RgbImage, Workspace};

/// Between a smoothed image (factor 0) and the image (1), and beyond. The outermost pixels stay.
pub fn adjust_sharpness(image: RgbImage, factor: f64, workspace: &mut Workspace) -> RgbImage {
    let (width, height) = (image.width, image.height);
    if width <= 2 || height <= 2 {
        return image;
    }
    let alpha = (1.0 - factor) as f32;
    let mut out = workspace.image(width, height);
    out.pixels_hwc.copy_from_slice(&image.pixels_hwc);
    let stride = width * 3;
    for y in 1..height - 1 {
        let (above, here, under) = (image.row(y - 1), image.row(y), image.row(y + 1));
        let target = &mut out.pixels_hwc[y * stride + 3..(y + 1) * stride - 3];
        for (at, target) in target.iter_mut().enumerate() {
            let column = |row: &[u8]| u32::from(row[at]) + u32::from(row[at + 3]) + u32::from(row[at + 6]);
            let center = u32::from(here[at + 3]);
            let sum = column(above) + column(here) + column(under) + 4 * center;
            // A thirteenth never ends in one half, so this is the nearest whole level.
            let smooth = (2 * sum + 13) / 26;
            let difference = smooth as f32 - center as f32;
            *target = level(fused(difference, alpha, center as f32));
        }
    }
    workspace.give(image.pixels_hwc);
    out
}
