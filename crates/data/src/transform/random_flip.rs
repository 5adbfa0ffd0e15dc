//! `RandomHorizontalFlip` and `RandomVerticalFlip`.

use classifier_spec::Fault;

use super::{Context, Operation, Place, Size, in_place};
use crate::{Draw, RgbImage, RgbView};

struct RandomHorizontalFlip {
    id: u32,
    p: f64,
}

/// Left and right change places, with probability `p`.
pub fn horizontal(place: &Place, p: f64) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(RandomHorizontalFlip { id: place.id, p: place.key.probability(p)? }))
}

impl Operation for RandomHorizontalFlip {
    fn apply(&self, mut image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        if self.mirrors(&context.draw) == Some(true) {
            mirror(&mut image);
        }
        Ok(image)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }

    fn mirrors(&self, draw: &Draw) -> Option<bool> {
        Some(draw.stream(self.id).chance(self.p))
    }
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

/// Writes the mirrored image to `out_hwc`, which has its size.
pub fn mirror_into(image: RgbView, out_hwc: &mut [u8]) {
    let stride = image.width * 3;
    for (from, to) in image.pixels_hwc.chunks_exact(stride).zip(out_hwc.chunks_exact_mut(stride)) {
        let (from, to) = (from.as_chunks::<3>().0, to.as_chunks_mut::<3>().0);
        for (from, to) in from.iter().zip(to.iter_mut().rev()) {
            *to = *from;
        }
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
        let mut copied = vec![0; 18];
        mirror_into(image.view(), &mut copied);
        assert_eq!(copied, mirrored.pixels_hwc);
        let mut turned = image;
        turn_over(&mut turned);
        assert_eq!(turned.row(0), [12, 13, 14, 15, 16, 17]);
        assert_eq!(turned.row(1), [6, 7, 8, 9, 10, 11]);
    }
}
