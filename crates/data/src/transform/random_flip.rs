//! `RandomHorizontalFlip` and `RandomVerticalFlip`.

use classifier_spec::Fault;

use super::{Operation, Place, in_place};
use crate::RgbImage;

/// Left and right change places, with probability `p`.
pub fn horizontal(place: &Place, p: f64) -> Result<Box<dyn Operation>, Fault> {
    in_place(place, p, mirror)
}

/// Top and bottom change places, with probability `p`.
pub fn vertical(place: &Place, p: f64) -> Result<Box<dyn Operation>, Fault> {
    in_place(place, p, turn_over)
}

/// Reverses every row.
pub fn mirror(image: &mut RgbImage) {
    for row in image.pixels_hwc.chunks_exact_mut(image.width * 3) {
        row.as_chunks_mut::<3>().0.reverse();
    }
}

/// Reverses the order of the rows.
pub fn turn_over(image: &mut RgbImage) {
    let stride = image.width * 3;
    let (top, bottom) = image.pixels_hwc.split_at_mut(image.height / 2 * stride);
    for (upper, lower) in top.chunks_exact_mut(stride).zip(bottom.rchunks_exact_mut(stride)) {
        upper.swap_with_slice(lower);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flips_move_whole_pixels() {
        let image = RgbImage::new(2, 3, (0..18).collect());
        let mut mirrored = image.clone();
        mirror(&mut mirrored);
        assert_eq!(mirrored.row(1), [9, 10, 11, 6, 7, 8]);
        let mut turned = image;
        turn_over(&mut turned);
        assert_eq!(turned.row(0), [12, 13, 14, 15, 16, 17]);
        assert_eq!(turned.row(1), [6, 7, 8, 9, 10, 11]);
    }
}
