//! `RandomRotation`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Operation, Place, Size};
use crate::{RgbImage, kernel::rotation::rotate};

/// Turns by uniform degrees, counter-clockwise.
struct RandomRotation {
    id: u32,
    degrees: [f64; 2],
    interpolation: Interpolation,
    expand: bool,
    center: Option<[f64; 2]>,
    fill: Option<[f64; 3]>,
}

pub fn plan(
    place: &Place,
    degrees: [f64; 2],
    interpolation: Interpolation,
    expand: bool,
    center: Option<[f64; 2]>,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(RandomRotation {
        id: place.id,
        degrees: place.key.range("degrees", degrees, f64::NEG_INFINITY, f64::INFINITY)?,
        interpolation: place.key.grid_interpolation(interpolation)?,
        expand,
        center,
        fill: fill.map(|color| place.units.level(color)),
    }))
}

impl Operation for RandomRotation {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let angle = context.draw.stream(self.id).uniform(self.degrees[0], self.degrees[1]);
        Ok(rotate(image, angle, self.interpolation, self.expand, self.center, self.fill, context.workspace))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        if self.expand { None } else { input }
    }
}
