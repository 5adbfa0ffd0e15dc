//! Erasing a rectangle.

use crate::{RgbImage, decode::Region};

/// Sets the pixels of a region one after the other, rows from the top.
pub fn erase(image: &mut RgbImage, region: Region, mut value: impl FnMut() -> [u8; 3]) {
    let stride = image.width * 3;
    for y in region.y..region.y + region.height {
        let row =
            &mut image.pixels_hwc[y * stride + region.x * 3..y * stride + (region.x + region.width) * 3];
        for pixel in row.as_chunks_mut::<3>().0 {
            *pixel = value();
        }
    }
}
