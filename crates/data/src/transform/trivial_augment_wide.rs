//! `TrivialAugmentWide`.

use classifier_spec::{Fault, Interpolation};

use super::{
    Operation, Place,
    augmentation::{FOURTEEN, Sampling, Space},
    with_chance,
};

/// One random operation at a random strength.
pub fn plan(
    place: &Place,
    num_magnitude_bins: u32,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    if num_magnitude_bins < 2 {
        return Err(place.key.fault("num_magnitude_bins must be at least 2"));
    }
    let Sampling { interpolation, fill } = Sampling::plan(place, interpolation, fill)?;
    let bins = num_magnitude_bins as usize;
    with_chance(place, 1.0, move |image, stream, workspace| {
        let operation = FOURTEEN[stream.below(FOURTEEN.len() as u64) as usize];
        let bin = stream.below(bins as u64) as usize;
        let size = (image.height, image.width);
        let magnitude = operation.draw_magnitude(&Space::WIDE, bins, bin, size, stream);
        Ok(operation.apply(image, magnitude, interpolation, fill, workspace))
    })
}
