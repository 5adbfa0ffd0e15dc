//! `RandomAffine`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Operation, Place, Size};
use crate::{
    RgbImage,
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

impl Operation for RandomAffine {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let mut stream = context.draw.stream(self.id);
        let angle = stream.uniform(self.degrees[0], self.degrees[1]);
        let translate =
            [(self.translate[0], image.width), (self.translate[1], image.height)].map(|(share, side)| {
                let most = share * side as f64;
                stream.uniform(-most, most).round_ties_even()
            });
        let scale = stream.uniform(self.scale[0], self.scale[1]);
        let shear =
            [stream.uniform(self.shear[0], self.shear[1]), stream.uniform(self.shear[2], self.shear[3])];
        let parameters = Affine { angle, translate, scale, shear, center: self.center };
        Ok(affine(image, &parameters, self.interpolation, self.fill, context.workspace))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
