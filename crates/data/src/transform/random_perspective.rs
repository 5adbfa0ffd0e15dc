//! `RandomPerspective`.

use classifier_spec::{Fault, Interpolation};

use super::{Operation, Place, with_chance};
use crate::kernel::perspective::{coefficients, perspective};

/// Moves each corner inwards by a random amount, with probability `p`.
pub fn plan(
    place: &Place,
    distortion_scale: f64,
    p: f64,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    if !(0.0..=1.0).contains(&distortion_scale) {
        return Err(place
            .key
            .fault(format!("distortion_scale must be between 0 and 1, not {distortion_scale}")));
    }
    let interpolation = place.key.grid_interpolation(interpolation)?;
    let fill = fill.map(|color| place.units.level(color));
    with_chance(place, p, move |image, stream, workspace| {
        let bound = |side: usize| (distortion_scale * (side / 2) as f64) as i64 + 1;
        let (width, height) = (image.width as i64, image.height as i64);
        let (bound_x, bound_y) = (bound(image.width), bound(image.height));
        let mut corner = |right: bool, bottom: bool| {
            let mut draw = |far: bool, side: i64, bound: i64| {
                let low = if far { side - bound } else { 0 };
                stream.integer(low, low + bound - 1) as f64
            };
            [draw(right, width, bound_x), draw(bottom, height, bound_y)]
        };
        let end = [corner(false, false), corner(true, false), corner(true, true), corner(false, true)];
        let (right, bottom) = ((width - 1) as f64, (height - 1) as f64);
        let start = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
        Ok(perspective(image, &coefficients(start, end), interpolation, fill, workspace))
    })
}
