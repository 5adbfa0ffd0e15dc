//! `RandomPhotometricDistort`.

use classifier_spec::Fault;

use super::{Context, Operation, Place, Size, random_channel_permutation::random_channels};
use crate::{
    RgbImage,
    kernel::{
        color::{adjust_brightness, adjust_contrast, adjust_saturation},
        hue::adjust_hue,
        pixelwise::permute_channels,
    },
};

/// Each adjustment with probability `p`, contrast early or late, the channels permuted with probability `p`.
struct RandomPhotometricDistort {
    id: u32,
    p: f64,
    /// Brightness, contrast, saturation, hue.
    ranges: [[f64; 2]; 4],
}

pub fn plan(
    place: &Place,
    brightness: [f64; 2],
    contrast: [f64; 2],
    saturation: [f64; 2],
    hue: [f64; 2],
    p: f64,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    let factor = |name, range| key.range(name, range, 0.0, f64::INFINITY);
    let ranges = [
        factor("brightness", brightness)?,
        factor("contrast", contrast)?,
        factor("saturation", saturation)?,
        key.range("hue", hue, -0.5, 0.5)?,
    ];
    Ok(Box::new(RandomPhotometricDistort { id: place.id, p: key.probability(p)?, ranges }))
}

impl Operation for RandomPhotometricDistort {
    fn apply(&self, mut image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let mut stream = context.draw.stream(self.id);
        let [brightness, contrast, saturation, hue] = self.ranges.map(|[low, high]| {
            let applied = stream.chance(self.p);
            let factor = stream.uniform(low, high);
            applied.then_some(factor)
        });
        let contrast_early = stream.chance(0.5);
        let image_mut = &mut image;
        let mut adjust = |factor: Option<f64>, kernel: fn(&mut RgbImage, f64)| {
            if let Some(factor) = factor {
                kernel(image_mut, factor);
            }
        };
        adjust(brightness, adjust_brightness);
        adjust(contrast.filter(|_| contrast_early), adjust_contrast);
        adjust(saturation, adjust_saturation);
        adjust(hue, adjust_hue);
        adjust(contrast.filter(|_| !contrast_early), adjust_contrast);
        if stream.chance(self.p) {
            permute_channels(&mut image, random_channels(&mut stream));
        }
        Ok(image)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
