//! `RandomPerspective`.

use classifier_spec::{Fault, Interpolation};

use super::{Operation, Place, Size, with_chance};
use crate::{
    Stream,
    kernel::perspective::{coefficients, perspective},
};

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
        let (right, bottom) = ((image.width - 1) as f64, (image.height - 1) as f64);
        let start = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
        let end = corners((image.height, image.width), distortion_scale, stream);
        Ok(perspective(image, &coefficients(start, end), interpolation, fill, workspace))
    })
}

/// Where the corners go, [x, y] clockwise from the upper left.
fn corners((height, width): Size, distortion_scale: f64, stream: &mut Stream) -> [[f64; 2]; 4] {
    let mut draw = |far: bool, side: usize| {
        let bound = (distortion_scale * (side / 2) as f64) as i64 + 1;
        let low = if far { side as i64 - bound } else { 0 };
        stream.integer(low, low + bound - 1) as f64
    };
    [(false, false), (true, false), (true, true), (false, true)]
        .map(|(right, bottom)| [draw(right, width), draw(bottom, height)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::distributions::Observed;

    #[test]
    fn corners_are_drawn_as_torchvision_draws_them() {
        let mut observed = Observed::new("random_perspective");
        observed.draw(|stream| {
            let [a, b, c, d] = corners((61, 90), 0.6, stream);
            vec![
                ("top_left_x", a[0]),
                ("top_left_y", a[1]),
                ("top_right_x", b[0]),
                ("top_right_y", b[1]),
                ("bottom_right_x", c[0]),
                ("bottom_right_y", c[1]),
                ("bottom_left_x", d[0]),
                ("bottom_left_y", d[1]),
            ]
        });
    }
}
