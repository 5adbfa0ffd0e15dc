//! Gaussian blur.

use crate::{RgbImage, Workspace};

/// The weights of one direction: torchvision's softmax over −(x / σ)² with x up to (size − 1) / √8, that is
/// exp(−d² / 2σ²) for whole distances d, normalised.
pub fn weights(size: usize, sigma: f64) -> Vec<f32> {
    let middle = (size / 2) as f64;
    let raw: Vec<f64> =
        (0..size).map(|place| (-(place as f64 - middle).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| (weight / sum) as f32).collect()
}

/// Index of a place beyond an edge, mirrored without repeating the edge. `place` is at most `length − 1` off.
pub fn reflect(place: isize, length: usize) -> usize {
    let last = length as isize - 1;
    let place = place.abs();
    (if place > last { 2 * last - place } else { place }) as usize
}

/// Blurs by an odd kernel; its half must be smaller than the image. Values are rounded to the nearest level once.
pub fn gaussian_blur(
    image: RgbImage,
    [size_x, size_y]: [usize; 2],
    [sigma_x, sigma_y]: [f64; 2],
    workspace: &mut Workspace,
) -> RgbImage {
    let (width, height) = (image.width, image.height);
    let source: Vec<f32> = image.pixels_hwc.iter().map(|value| f32::from(*value)).collect();
    let blurred = blur_plane(&source, width, height, 3, &weights(size_x, sigma_x), &weights(size_y, sigma_y));
    let mut out = workspace.image(width, height);
    for (target, value) in out.pixels_hwc.iter_mut().zip(&blurred) {
        *target = value.round_ties_even() as u8;
    }
    workspace.give(image.pixels_hwc);
    out
}

/// Convolves rows of `channels` interleaved floats with both kernels, edges mirrored.
pub fn blur_plane(
    source: &[f32],
    width: usize,
    height: usize,
    channels: usize,
    kernel_x: &[f32],
    kernel_y: &[f32],
) -> Vec<f32> {
    let stride = width * channels;
    let radius = kernel_y.len() / 2;
    // Down the columns first: whole rows are added to whole rows.
    let mut vertical = vec![0.0f32; source.len()];
    for y in 0..height {
        let target = &mut vertical[y * stride..(y + 1) * stride];
        for (tap, weight) in kernel_y.iter().enumerate() {
            let row = reflect(y as isize + tap as isize - radius as isize, height);
            for (target, value) in target.iter_mut().zip(&source[row * stride..(row + 1) * stride]) {
                *target += value * weight;
            }
        }
    }
    let radius = kernel_x.len() / 2;
    let mut padded = vec![0.0f32; stride + 2 * radius * channels];
    let mut out = vec![0.0f32; source.len()];
    for y in 0..height {
        let row = &vertical[y * stride..(y + 1) * stride];
        for place in 0..width + 2 * radius {
            let from = reflect(place as isize - radius as isize, width) * channels;
            padded[place * channels..(place + 1) * channels].copy_from_slice(&row[from..from + channels]);
        }
        let target = &mut out[y * stride..(y + 1) * stride];
        for (tap, weight) in kernel_x.iter().enumerate() {
            for (target, value) in target.iter_mut().zip(&padded[tap * channels..]) {
                *target += value * weight;
            }
        }
    }
    out
}
