//! `RandomZoomOut` of `classifier_training`.

use classifier_spec::{Fault, Interpolation, PaddingMode};

use super::{Operation, Place, with_chance};
use crate::{
    decode::Region,
    kernel::{pad::pad, resize::resize},
};

/// Pastes the image at a random place on a canvas of ⌊side · s⌋ and scales that back to the old size.
pub fn plan(
    place: &Place,
    min_scale: f64,
    max_scale: f64,
    fill_color: [f64; 3],
    p: f64,
) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.range("[min_scale, max_scale]", [min_scale, max_scale], 1.0, 100.0)?;
    let fill = fill_color.map(|value| value as u8);
    with_chance(place, p, move |image, stream, workspace| {
        let (width, height) = (image.width, image.height);
        let scale = stream.uniform(low, high);
        let room = |side: usize| ((side as f64 * scale) as usize).clamp(side, 16_384.max(side)) - side;
        let (room_x, room_y) = (room(width), room(height));
        let left = stream.below(room_x as u64 + 1) as isize;
        let top = stream.below(room_y as u64 + 1) as isize;
        let padding = [left, top, room_x as isize - left, room_y as isize - top];
        let canvas = pad(image, padding, fill, PaddingMode::Constant, workspace);
        let whole = Region { x: 0, y: 0, width: canvas.width, height: canvas.height };
        let out = resize(canvas.view(), whole, width, height, Interpolation::Bilinear, true, workspace);
        workspace.give(canvas.pixels_hwc);
        Ok(out)
    })
}
