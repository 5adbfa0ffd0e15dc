//! Brightness, contrast, saturation and grey.

use super::pixelwise::{apply, level, table};
use crate::RgbImage;

/// `a · b + c` with one rounding, as torch's vector kernels compute it (a product of two floats is exact in a double).
pub fn fused(a: f32, b: f32, c: f32) -> f32 {
    (f64::from(a) * f64::from(b) + f64::from(c)) as f32
}

/// Luma by ITU-R 601 weights, cut to a whole level.
pub fn grey([red, green, blue]: [u8; 3]) -> f32 {
    let red = f32::from(red) * 0.2989;
    fused(f32::from(blue), 0.114, fused(f32::from(green), 0.587, red)).floor()
}

/// Three equal channels.
pub fn grayscale(image: &mut RgbImage) {
    for pixel in image.pixels_hwc.as_chunks_mut::<3>().0 {
        *pixel = [grey(*pixel) as u8; 3];
    }
}

pub fn adjust_brightness(image: &mut RgbImage, factor: f64) {
    let factor = factor as f32;
    apply(image, &table(|value| level(f32::from(value) * factor)));
}

/// Between the mean grey (factor 0) and the image (1), and beyond.
pub fn adjust_contrast(image: &mut RgbImage, factor: f64) {
    let pixels = image.pixels_hwc.as_chunks::<3>().0;
    let sum: u64 = pixels.iter().map(|pixel| grey(*pixel) as u64).sum();
    let mean = sum as f32 / pixels.len() as f32;
    let (ratio, rest) = (factor as f32, (1.0 - factor) as f32);
    apply(image, &table(|value| level(fused(mean, rest, f32::from(value) * ratio))));
}

/// Between grey (factor 0) and the image (1), and beyond.
pub fn adjust_saturation(image: &mut RgbImage, factor: f64) {
    let (ratio, rest) = (factor as f32, (1.0 - factor) as f32);
    for pixel in image.pixels_hwc.as_chunks_mut::<3>().0 {
        let grey = grey(*pixel);
        *pixel = pixel.map(|value| level(fused(grey, rest, f32::from(value) * ratio)));
    }
}
