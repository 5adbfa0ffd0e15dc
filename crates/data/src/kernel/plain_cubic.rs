//! Bicubic interpolation without antialiasing, as torch does it for 8-bit tensors.

use crate::{RgbImage, RgbView, decode::Region};

/// The four source places of one target place, and their weights.
struct Taps {
    places: [usize; 4],
    weights: [i32; 4],
}

/// Scales `region` of `image` to the size of `out`: width, then height, with a rounding between.
pub fn resize(image: RgbView, region: Region, out: &mut RgbImage) {
    let mut wide = vec![0u8; out.width * region.height * 3];
    let (columns, shift) = taps(region.width, out.width);
    for (y, row) in wide.chunks_exact_mut(out.width * 3).enumerate() {
        let from = &image.row(region.y + y)[region.x * 3..];
        for (target, taps) in row.as_chunks_mut::<3>().0.iter_mut().zip(&columns) {
            *target = [0, 1, 2].map(|channel| blend(taps, shift, |place| from[place * 3 + channel]));
        }
    }
    let (rows, shift) = taps(region.height, out.height);
    let stride = out.width * 3;
    for (row, taps) in out.pixels_hwc.chunks_exact_mut(stride).zip(&rows) {
        for (at, target) in row.iter_mut().enumerate() {
            *target = blend(taps, shift, |place| wide[place * stride + at]);
        }
    }
}

fn blend(taps: &Taps, shift: u32, value: impl Fn(usize) -> u8) -> u8 {
    let sum: i32 =
        taps.places.iter().zip(taps.weights).map(|(place, weight)| i32::from(value(*place)) * weight).sum();
    ((sum + (1 << (shift - 1))) >> shift).clamp(0, 255) as u8
}

/// Weights as 16-bit fixed-point numbers with as many fraction bits as the largest allows.
fn taps(from: usize, to: usize) -> (Vec<Taps>, u32) {
    let scale = from as f64 / to as f64;
    let exact: Vec<([usize; 4], [f64; 4])> = (0..to)
        .map(|place| {
            let middle = scale * (place as f64 + 0.5) - 0.5;
            let base = middle.floor();
            let places =
                [-1.0, 0.0, 1.0, 2.0].map(|step| (base + step).clamp(0.0, (from - 1) as f64) as usize);
            let mut weights = [1.0, 0.0, -1.0, -2.0].map(|step| cubic(middle - base + step));
            // What lies beyond an edge counts for the edge.
            for (a, b) in [(1, 0), (2, 1), (3, 2)] {
                if places[a] == places[b] {
                    weights[a] += weights[b];
                    weights[b] = 0.0;
                }
            }
            (places, weights)
        })
        .collect();
    let largest = exact.iter().flat_map(|(_, weights)| *weights).fold(0.0, f64::max);
    let shift =
        (1..22).take_while(|bits| 0.5 + largest * f64::from(1u32 << bits) < 32_768.0).last().unwrap_or(1);
    let fixed = |weight: f64| (weight * f64::from(1u32 << shift)).round() as i32;
    (exact.into_iter().map(|(places, weights)| Taps { places, weights: weights.map(fixed) }).collect(), shift)
}

/// Keys' cubic with a = −0.75 (with antialiasing torch takes −0.5).
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((x - 5.0) * x + 8.0) * x * A - 4.0 * A
    } else {
        0.0
    }
}
