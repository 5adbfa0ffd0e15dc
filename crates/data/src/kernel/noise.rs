//! Normal noise on every value.

use crate::{RgbImage, Stream};

/// Calls `change` with every value and a standard normal number of its own.
pub fn each_with_normal(image: &mut RgbImage, stream: &mut Stream, change: impl Fn(u8, f32) -> u8) {
    for pair in image.pixels_hwc.chunks_mut(2) {
        let normals = stream.normal_pair();
        for (value, normal) in pair.iter_mut().zip(normals) {
            *value = change(*value, normal as f32);
        }
    }
}
