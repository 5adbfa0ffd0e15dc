//! Sampling an image at computed places: what affine, rotation, perspective and elastic transforms share.

use classifier_spec::Interpolation;

use crate::{RgbImage, Workspace};

/// Coordinates as `grid_sample` takes them: −1 … 1 from edge to edge, one (x, y) for each pixel of the result.
pub trait Grid {
    fn at(&self, x: usize, y: usize) -> [f32; 2];
}

impl<F: Fn(usize, usize) -> [f32; 2]> Grid for F {
    fn at(&self, x: usize, y: usize) -> [f32; 2] {
        self(x, y)
    }
}

/// `grid_sample(align_corners=False, padding_mode="zeros")` and, with a `fill`, torchvision's blend with it by a mask
/// that is sampled the same way. Only nearest and bilinear exist; anything else is bilinear.
pub fn sample(
    image: RgbImage,
    (height, width): (usize, usize),
    grid: &impl Grid,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let mut out = workspace.image(width, height);
    let fill = fill.map(|color| color.map(|value| value as f32));
    let pixel = |x, y| {
        let [grid_x, grid_y] = grid.at(x, y);
        let place = [unnormalize(grid_x, image.width), unnormalize(grid_y, image.height)];
        if interpolation == Interpolation::Nearest {
            nearest(&image, place, fill)
        } else {
            bilinear(&image, place, fill)
        }
    };
    for (y, row) in out.pixels_hwc.chunks_exact_mut(width * 3).enumerate() {
        for (x, target) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *target = pixel(x, y);
        }
    }
    workspace.give(image.pixels_hwc);
    out
}

fn unnormalize(coordinate: f32, size: usize) -> f32 {
    (coordinate + 1.0) * (size as f32 / 2.0) - 0.5
}

fn nearest(image: &RgbImage, [x, y]: [f32; 2], fill: Option<[f32; 3]>) -> [u8; 3] {
    let (x, y) = (x.round_ties_even(), y.round_ties_even());
    let inside = x >= 0.0 && x < image.width as f32 && y >= 0.0 && y < image.height as f32;
    if inside { image.pixel(x as usize, y as usize) } else { fill.map_or([0; 3], |color| color.map(round)) }
}

fn bilinear(image: &RgbImage, [x, y]: [f32; 2], fill: Option<[f32; 3]>) -> [u8; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (west, north) = (x - left, y - top);
    let (east, south) = (1.0 - west, 1.0 - north);
    let corners = [
        (0.0, 0.0, south * east),
        (1.0, 0.0, south * west),
        (0.0, 1.0, north * east),
        (1.0, 1.0, north * west),
    ];
    let (mut sum, mut mask) = ([0.0f32; 3], 0.0f32);
    for (dx, dy, weight) in corners {
        let (x, y) = (left + dx, top + dy);
        if x >= 0.0 && x < image.width as f32 && y >= 0.0 && y < image.height as f32 {
            let pixel = image.pixel(x as usize, y as usize);
            for (sum, value) in sum.iter_mut().zip(pixel) {
                *sum += f32::from(value) * weight;
            }
            mask += weight;
        }
    }
    if let Some(color) = fill {
        for (sum, color) in sum.iter_mut().zip(color) {
            *sum = (*sum - color) * mask + color;
        }
    }
    sum.map(round)
}

fn round(value: f32) -> u8 {
    value.round_ties_even() as u8
}
