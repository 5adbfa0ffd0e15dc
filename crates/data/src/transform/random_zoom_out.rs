//! `RandomZoomOut` of torchvision.

use classifier_spec::{Fault, PaddingMode};

use super::{Context, Operation, Place, Size};
use crate::{RgbImage, kernel::pad::pad};

/// Pads to a canvas of random size, the image at a random place, with probability `p`.
struct RandomZoomOut {
    id: u32,
    fill: [u8; 3],
    side_range: [f64; 2],
    p: f64,
}

pub fn plan(
    place: &Place,
    fill: Option<[f64; 3]>,
    side_range: [f64; 2],
    p: f64,
) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(RandomZoomOut {
        id: place.id,
        fill: place.units.byte_level(fill.unwrap_or([0.0; 3])),
        side_range: place.key.range("side_range", side_range, 1.0, 100.0)?,
        p: place.key.probability(p)?,
    }))
}

impl Operation for RandomZoomOut {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let mut stream = context.draw.stream(self.id);
        if !stream.chance(self.p) {
            return Ok(image);
        }
        let factor = stream.uniform(self.side_range[0], self.side_range[1]);
        let room = |side: usize| (side as f64 * factor) as isize - side as isize;
        let (room_x, room_y) = (room(image.width), room(image.height));
        let left = (room_x as f64 * stream.unit()) as isize;
        let top = (room_y as f64 * stream.unit()) as isize;
        let padding = [left, top, room_x - left, room_y - top];
        Ok(pad(image, padding, self.fill, PaddingMode::Constant, context.workspace))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        if self.p == 0.0 || self.side_range == [1.0; 2] { input } else { None }
    }
}
