//! Affine transforms and rotations.

use classifier_spec::Interpolation;

use super::grid::sample;
use crate::{RgbImage, Workspace};

/// An affine transform as torchvision's `affine` takes it: degrees clockwise, pixels, a factor, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    pub angle: f64,
    pub translate: [f64; 2],
    pub scale: f64,
    pub shear: [f64; 2],
    /// [x, y] in pixels from the upper left corner; `None` is the middle.
    pub center: Option<[f64; 2]>,
}

impl Affine {
    /// The matrix from places of the result to places of the source, both measured from the image's middle.
    pub fn inverse_matrix(&self, width: usize, height: usize) -> [f64; 6] {
        let [cx, cy] =
            self.center.map_or([0.0; 2], |[x, y]| [x - width as f64 * 0.5, y - height as f64 * 0.5]);
        let (rot, sx, sy) = (self.angle.to_radians(), self.shear[0].to_radians(), self.shear[1].to_radians());
        let a = (rot - sy).cos() / sy.cos();
        let b = -(a * sx.tan() + rot.sin());
        let c = (rot - sy).sin() / sy.cos();
        let d = rot.cos() - c * sx.tan();
        let [m0, m1, m3, m4] = [d / self.scale, -b / self.scale, -c / self.scale, a / self.scale];
        let (px, py) = (cx + self.translate[0], cy + self.translate[1]);
        [m0, m1, cx - m0 * px - m1 * py, m3, m4, cy - m3 * px - m4 * py]
    }
}

pub fn affine(
    image: RgbImage,
    affine: &Affine,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let matrix = affine.inverse_matrix(image.width, image.height);
    let size = (image.height, image.width);
    transform(image, &matrix, size, interpolation, fill, workspace)
}

/// Rotates by degrees counter-clockwise. With `expand` the result is as large as the turned image.
pub fn rotate(
    image: RgbImage,
    angle: f64,
    interpolation: Interpolation,
    expand: bool,
    center: Option<[f64; 2]>,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let angle = angle.rem_euclid(360.0);
    if center.is_none() {
        let turns = if angle == 0.0 {
            return image;
        } else if angle == 180.0 {
            2
        } else if (expand || image.width == image.height) && angle == 90.0 {
            1
        } else if (expand || image.width == image.height) && angle == 270.0 {
            3
        } else {
            0
        };
        if turns > 0 {
            return quarter_turns(image, turns, workspace);
        }
    }
    let rotation = Affine { angle: -angle, translate: [0.0; 2], scale: 1.0, shear: [0.0; 2], center };
    let matrix = rotation.inverse_matrix(image.width, image.height);
    let size =
        if expand { expanded(&matrix, image.width, image.height) } else { (image.height, image.width) };
    transform(image, &matrix, size, interpolation, fill, workspace)
}

/// Quarter turns counter-clockwise.
fn quarter_turns(image: RgbImage, turns: u32, workspace: &mut Workspace) -> RgbImage {
    let (w, h) = (image.width, image.height);
    let (width, height) = if turns == 2 { (w, h) } else { (h, w) };
    let mut out = workspace.image(width, height);
    for (y, row) in out.pixels_hwc.chunks_exact_mut(width * 3).enumerate() {
        for (x, target) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *target = match turns {
                1 => image.pixel(w - 1 - y, x),
                2 => image.pixel(w - 1 - x, h - 1 - y),
                _ => image.pixel(y, h - 1 - x),
            };
        }
    }
    workspace.give(image.pixels_hwc);
    out
}

/// (height, width) that hold the whole turned image.
fn expanded(matrix: &[f64; 6], width: usize, height: usize) -> (usize, usize) {
    let m = matrix.map(|entry| entry as f32);
    let (half_w, half_h) = (width as f32 * 0.5, height as f32 * 0.5);
    let corners = [(-half_w, -half_h), (-half_w, half_h), (half_w, half_h), (half_w, -half_h)];
    let extent = |a: f32, b: f32, c: f32, half: f32| {
        let places = corners.map(|(x, y)| x * a + y * b + c);
        let most = places.iter().copied().fold(f32::MIN, f32::max) + half;
        let least = places.iter().copied().fold(f32::MAX, f32::min) + half;
        let cut = |place: f32| (place * 10_000.0).trunc() * 1e-4;
        (cut(most).ceil() - cut(least).floor()) as usize
    };
    (extent(m[3], m[4], m[5], half_h), extent(m[0], m[1], m[2], half_w))
}

fn transform(
    image: RgbImage,
    matrix: &[f64; 6],
    (height, width): (usize, usize),
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let halves = [image.width as f32 * 0.5, image.height as f32 * 0.5];
    let m = matrix.map(|entry| entry as f32);
    let scaled = |row: usize| [m[row * 3], m[row * 3 + 1], m[row * 3 + 2]].map(|entry| entry / halves[row]);
    let rows = [scaled(0), scaled(1)];
    let (start_x, start_y) = ((1.0 - width as f32) * 0.5, (1.0 - height as f32) * 0.5);
    let grid = |x: usize, y: usize| {
        let (x, y) = (start_x + x as f32, start_y + y as f32);
        rows.map(|[a, b, c]| x * a + y * b + c)
    };
    sample(image, (height, width), &grid, interpolation, fill, workspace)
}
