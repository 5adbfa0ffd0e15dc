//! `RandomAffine`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Operation, Place, Size};
use crate::{
    RgbImage, Stream,
    kernel::rotation::{Affine, affine},
};

/// Rotation, shift, scale and shear, each uniform in its range; the size stays.
struct RandomAffine {
    id: u32,
    degrees: [f64; 2],
    translate: [f64; 2],
    scale: [f64; 2],
    shear: [f64; 4],
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    center: Option<[f64; 2]>,
}

pub fn plan(
    place: &Place,
    degrees: [f64; 2],
    translate: Option<[f64; 2]>,
    scale: Option<[f64; 2]>,
    shear: Option<[f64; 4]>,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
    center: Option<[f64; 2]>,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    let everywhere = (f64::NEG_INFINITY, f64::INFINITY);
    let translate = translate.unwrap_or_default();
    if translate.iter().any(|share| !(0.0..=1.0).contains(share)) {
        return Err(key.fault(format!("translate must be two numbers between 0 and 1, not {translate:?}")));
    }
    let shear = shear.unwrap_or_default();
    for range in [[shear[0], shear[1]], [shear[2], shear[3]]] {
        key.range("shear", range, everywhere.0, everywhere.1)?;
    }
    Ok(Box::new(RandomAffine {
        id: place.id,
        degrees: key.range("degrees", degrees, everywhere.0, everywhere.1)?,
        translate,
        scale: key.positive_range("scale", scale.unwrap_or([1.0; 2]))?,
        shear,
        interpolation: key.grid_interpolation(interpolation)?,
        fill: fill.map(|color| place.units.level(color)),
        center,
    }))
}

impl RandomAffine {
    /// The parameters for one image.
    fn draw(&self, (height, width): Size, stream: &mut Stream) -> Affine {
        let angle = stream.uniform(self.degrees[0], self.degrees[1]);
        let translate = [(self.translate[0], width), (self.translate[1], height)].map(|(share, side)| {
            let most = share * side as f64;
            stream.uniform(-most, most).round_ties_even()
        });
        let scale = stream.uniform(self.scale[0], self.scale[1]);
        let shear =
            [stream.uniform(self.shear[0], self.shear[1]), stream.uniform(self.shear[2], self.shear[3])];
        Affine { angle, translate, scale, shear, center: self.center }
    }
}

impl Operation for RandomAffine {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let parameters = self.draw((image.height, image.width), &mut context.draw.stream(self.id));
        Ok(affine(image, &parameters, self.interpolation, self.fill, context.workspace))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::distributions::Observed;

    #[test]
    fn parameters_are_drawn_as_torchvision_draws_them() {
        let operation = RandomAffine {
            id: 0,
            degrees: [-20.0, 20.0],
            translate: [0.1, 0.3],
            scale: [0.8, 1.3],
            shear: [-5.0, 5.0, -3.0, 8.0],
            interpolation: Interpolation::Nearest,
            fill: None,
            center: None,
        };
        let mut observed = Observed::new("random_affine");
        observed.draw(|stream| {
            let drawn = operation.draw((60, 90), stream);
            vec![
                ("angle", drawn.angle),
                ("translate_x", drawn.translate[0]),
                ("translate_y", drawn.translate[1]),
                ("scale", drawn.scale),
                ("shear_x", drawn.shear[0]),
                ("shear_y", drawn.shear[1]),
            ]
        });
    }
}
