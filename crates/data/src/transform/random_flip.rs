//! `RandomHorizontalFlip` and `RandomVerticalFlip`.

use classifier_spec::Fault;

use super::{Context, Operation, Place, Size, in_place};
use crate::{Draw, RgbImage, kernel::mirror::mirror};

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
    fn rows_change_places() {
        let image = RgbImage::new(2, 3, (0..18).collect());
        let mut turned = image;
        turn_over(&mut turned);
        assert_eq!(turned.row(0), [12, 13, 14, 15, 16, 17]);
        assert_eq!(turned.row(1), [6, 7, 8, 9, 10, 11]);
    }
}
