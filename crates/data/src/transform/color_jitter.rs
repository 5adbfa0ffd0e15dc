//! `ColorJitter`.

use classifier_spec::Fault;

use super::{Context, Operation, Place, Size};
use crate::{
    RgbImage,
    kernel::{
        color::{adjust_brightness, adjust_contrast, adjust_saturation},
        hue::adjust_hue,
    },
};

/// Brightness, contrast, saturation and hue by random factors, in a random order.
struct ColorJitter {
    id: u32,
    /// Ranges in the order of [`ADJUSTMENTS`].
    ranges: [Option<[f64; 2]>; 4],
}

const ADJUSTMENTS: [fn(&mut RgbImage, f64); 4] =
    [adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue];

pub fn plan(
    place: &Place,
    brightness: Option<[f64; 2]>,
    contrast: Option<[f64; 2]>,
    saturation: Option<[f64; 2]>,
    hue: Option<[f64; 2]>,
) -> Result<Box<dyn Operation>, Fault> {
    let factor = |name, range: Option<[f64; 2]>| {
        range.map(|range| place.key.range(name, range, 0.0, f64::INFINITY)).transpose()
    };
    let hue = hue.map(|range| place.key.range("hue", range, -0.5, 0.5)).transpose()?;
    let ranges = [
        factor("brightness", brightness)?,
        factor("contrast", contrast)?,
        factor("saturation", saturation)?,
        hue,
    ];
    Ok(Box::new(ColorJitter { id: place.id, ranges }))
}

impl Operation for ColorJitter {
    fn apply(&self, mut image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let mut stream = context.draw.stream(self.id);
        let order = stream.permutation(4);
        let factors = self.ranges.map(|range| range.map(|[low, high]| stream.uniform(low, high)));
        for index in order {
            if let Some(factor) = factors[index as usize] {
                ADJUSTMENTS[index as usize](&mut image, factor);
            }
        }
        Ok(image)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
