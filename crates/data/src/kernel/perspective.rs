//! Perspective and elastic transforms.

use classifier_spec::Interpolation;

use super::{color::fused, grid::sample};
use crate::{RgbImage, Workspace};

/// The eight coefficients that take `end` points back to `start` points, both clockwise from the upper left.
pub fn coefficients(start: [[f64; 2]; 4], end: [[f64; 2]; 4]) -> [f64; 8] {
    let mut rows = [[0.0f64; 9]; 8];
    for (corner, ([x, y], [u, v])) in end.into_iter().zip(start).enumerate() {
        rows[corner * 2] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
        rows[corner * 2 + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
    }
    // Gauss-Jordan elimination with pivoting.
    for column in 0..8 {
        let pivot = (column..8).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, pivot.unwrap_or(column));
        let head = rows[column];
        if head[column] == 0.0 {
            continue;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let factor = row[column] / head[column];
            for (entry, pivot) in row.iter_mut().zip(head) {
                *entry -= factor * pivot;
            }
        }
    }
    std::array::from_fn(|index| {
        let [pivot, right] = [rows[index][index], rows[index][8]];
        if pivot == 0.0 { 0.0 } else { f64::from((right / pivot) as f32) }
    })
}

pub fn perspective(
    image: RgbImage,
    coefficients: &[f64; 8],
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let (height, width) = (image.height, image.width);
    let c = coefficients.map(|entry| entry as f32);
    let (half_w, half_h) = (width as f32 * 0.5, height as f32 * 0.5);
    let numerators =
        [[c[0], c[1], c[2]].map(|entry| entry / half_w), [c[3], c[4], c[5]].map(|entry| entry / half_h)];
    let grid = |x: usize, y: usize| {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let line = |[a, b, c]: [f32; 3]| x * a + y * b + c;
        let denominator = line([c[6], c[7], 1.0]);
        numerators.map(|row| line(row) / denominator - 1.0)
    };
    sample(image, (height, width), &grid, interpolation, fill, workspace)
}

/// Moves every pixel by its own displacement, (x, y) in units of half the image, one after the other.
pub fn elastic(
    image: RgbImage,
    displacement: &[[f32; 2]],
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    workspace: &mut Workspace,
) -> RgbImage {
    let (height, width) = (image.height, image.width);
    let axis = |size: usize| -> Vec<f32> {
        let size_f = size as f32;
        linspace((1.0 - size_f) / size_f, (size_f - 1.0) / size_f, size)
    };
    let (columns, rows) = (axis(width), axis(height));
    let grid = |x: usize, y: usize| {
        let [dx, dy] = displacement[y * width + x];
        [columns[x] + dx, rows[y] + dy]
    };
    sample(image, (height, width), &grid, interpolation, fill, workspace)
}

/// `torch.linspace` in floats: from both ends to the middle, each place with one rounding.
pub fn linspace(start: f32, end: f32, steps: usize) -> Vec<f32> {
    if steps == 1 {
        return vec![start];
    }
    let step = (end - start) / (steps - 1) as f32;
    let place = |place: usize| {
        let last = steps - 1;
        if place < steps / 2 {
            fused(step, place as f32, start)
        } else {
            fused(-step, (last - place) as f32, end)
        }
    };
    (0..steps).map(place).collect()
}
