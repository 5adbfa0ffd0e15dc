//! Antialiased resampling of 8-bit RGB, bit for bit as torch does it: columns, a rounding to 8 bits, rows.

mod passes;
mod weights;

use crate::RgbView;
use passes::{ColumnTable, columns_into, rows_into};
use weights::Weights;
pub use weights::{Axis, Filter};

/// Readable bytes that the passes want behind an image's rows.
const BEHIND: usize = 64;

/// Memory that is reused from image to image.
#[derive(Default)]
pub struct Resampler {
    horizontal: Weights,
    vertical: Weights,
    table: ColumnTable,
    wide: Vec<u8>,
    row: Vec<u8>,
}

/// An image to be scaled, of which perhaps only a part is at hand.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub part: RgbView<'a>,
    /// Where the whole image's left top corner lies in `part`; may be outside of it.
    pub x: isize,
    pub y: isize,
}

impl Resampler {
    /// Writes the kept outputs to `out_hwc`, mirrored left to right or not. Panics where the part at hand lacks inputs that
    /// they depend on.
    pub fn resample(
        &mut self,
        source: Source,
        [columns, rows]: [&Axis; 2],
        filter: Filter,
        mirrored: bool,
        out_hwc: &mut [u8],
    ) {
        let (width, height) = (columns.keep.len(), rows.keep.len());
        assert_eq!(out_hwc.len(), width * height * 3, "the size of what is kept");
        self.horizontal.set(columns, filter);
        self.vertical.set(rows, filter);
        self.table.set(&self.horizontal, mirrored);
        let (first, taps) = (&self.vertical.first, self.vertical.taps);
        let (Some(top), Some(bottom)) = (first.iter().min(), first.iter().max()) else { return };
        let (top, bottom) = (*top as usize, *bottom as usize + taps);
        let left = source.x + self.horizontal.first.iter().min().map_or(0, |first| *first as isize);
        let right = self.horizontal.first.iter().max().map_or(0, |first| *first as usize);
        let right = source.x + (right + self.horizontal.taps) as isize;
        assert!(left >= 0 && right <= source.part.width as isize, "columns that are not at hand");
        let stride = width * 3;
        let needed = (bottom - top) * stride + BEHIND;
        if self.wide.len() < needed {
            self.wide.resize(needed, 0);
        }
        for (number, row) in (top..bottom).enumerate() {
            let at = usize::try_from(source.y + row as isize).expect("a row that is at hand");
            assert!(at < source.part.height, "a row that is not at hand");
            // Offsets of the table count from the whole image's left edge, which may lie before the row.
            let begin = (at * source.part.width) as isize * 3 + left * 3;
            let mut from = &source.part.pixels_hwc[begin as usize..];
            if from.len() < self.table.reach {
                self.row.clear();
                self.row.extend_from_slice(from);
                self.row.resize(self.table.reach, 0);
                from = &self.row;
            }
            columns_into(from, &self.table, &self.horizontal, &mut self.wide[number * stride..]);
        }
        for (number, out) in out_hwc.chunks_exact_mut(stride).enumerate() {
            let from = &self.wide[(first[number] as usize - top) * stride..];
            let weights = &self.vertical.values[number * taps..(number + 1) * taps];
            rows_into(from, stride, weights, self.vertical.precision, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RgbImage, Stream};

    fn noise(width: usize, height: usize) -> RgbImage {
        let mut stream = Stream::new(&[width as u64, height as u64]);
        RgbImage::new(width, height, (0..width * height * 3).map(|_| stream.next_u64() as u8).collect())
    }

    /// Sums as they are defined.
    fn plainly(image: &RgbImage, [columns, rows]: [&Axis; 2], filter: Filter) -> Vec<u8> {
        let (mut horizontal, mut vertical) = (Weights::default(), Weights::default());
        horizontal.set(columns, filter);
        vertical.set(rows, filter);
        let blend = |weights: &Weights, output: usize, level: &dyn Fn(usize) -> u8| {
            let values = &weights.values[output * weights.taps..(output + 1) * weights.taps];
            let first = weights.first[output] as usize;
            let sum: i64 = values
                .iter()
                .enumerate()
                .map(|(tap, value)| i64::from(*value) * i64::from(level(first + tap)))
                .sum();
            ((sum + (1 << (weights.precision - 1))) >> weights.precision).clamp(0, 255) as u8
        };
        let width = columns.keep.len();
        let wide: Vec<u8> = (0..image.height * width * 3)
            .map(|at| {
                let (y, x, channel) = (at / (width * 3), at / 3 % width, at % 3);
                blend(&horizontal, x, &|column| image.row(y)[column * 3 + channel])
            })
            .collect();
        (0..rows.keep.len() * width * 3)
            .map(|at| blend(&vertical, at / (width * 3), &|row| wide[row * width * 3 + at % (width * 3)]))
            .collect()
    }

    #[test]
    fn all_ways_give_the_defined_sums() {
        let mut resampler = Resampler::default();
        for filter in [Filter::Bilinear, Filter::Bicubic] {
            for (width, height, out_width, out_height) in [
                (1, 1, 1, 1),
                (1, 5, 7, 2),
                (3, 2, 2, 9),
                (50, 37, 33, 32),
                (64, 48, 21, 16),
                (17, 90, 40, 41),
                (200, 30, 9, 70),
                (37, 40, 37, 20),
            ] {
                let image = noise(width, height);
                let (columns, rows) = (Axis::whole(width, out_width), Axis::whole(height, out_height));
                let mut out = vec![0; out_width * out_height * 3];
                let source = Source { part: image.view(), x: 0, y: 0 };
                resampler.resample(source, [&columns, &rows], filter, false, &mut out);
                let expected = plainly(&image, [&columns, &rows], filter);
                assert!(out == expected, "{width}x{height} to {out_width}x{out_height} {filter:?}");
            }
        }
    }

    #[test]
    fn a_part_of_the_result_needs_only_a_part_of_the_image() {
        let image = noise(90, 61);
        let mut resampler = Resampler::default();
        for (filter, out_width, out_height) in [(Filter::Bilinear, 60, 40), (Filter::Bicubic, 100, 70)] {
            let whole = [Axis::whole(90, out_width), Axis::whole(61, out_height)];
            let expected = plainly(&image, [&whole[0], &whole[1]], filter);
            let columns = Axis { keep: 11..out_width - 20, ..whole[0].clone() };
            let rows = Axis { keep: 9..out_height - 13, ..whole[1].clone() };
            let (needed_columns, needed_rows) = (columns.needs(filter), rows.needs(filter));
            assert!(needed_columns.start > 0 && needed_columns.end < 90);
            let mut part = Vec::new();
            for y in needed_rows.clone() {
                part.extend_from_slice(&image.row(y)[needed_columns.start * 3..needed_columns.end * 3]);
            }
            let source = Source {
                part: RgbView::new(needed_columns.len(), needed_rows.len(), &part),
                x: -(needed_columns.start as isize),
                y: -(needed_rows.start as isize),
            };
            let (width, height) = (columns.keep.len(), rows.keep.len());
            for mirrored in [false, true] {
                let mut out = vec![0; width * height * 3];
                resampler.resample(source, [&columns, &rows], filter, mirrored, &mut out);
                for (at, pixel) in out.chunks_exact(3).enumerate() {
                    let (mut x, y) = (at % width, at / width);
                    if mirrored {
                        x = width - 1 - x;
                    }
                    let place = ((y + rows.keep.start) * out_width + x + columns.keep.start) * 3;
                    assert_eq!(pixel, &expected[place..place + 3], "{x} {y} {mirrored}");
                }
            }
        }
    }
}
