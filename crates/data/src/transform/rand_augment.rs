//! `RandAugment`.

use classifier_spec::{Fault, Interpolation};

use super::{
    Operation, Place,
    augmentation::{FOURTEEN, Sampling, Space},
    with_chance,
};

/// `num_ops` random operations, all at the same strength.
pub fn plan(
    place: &Place,
    num_ops: u32,
    magnitude: u32,
    num_magnitude_bins: u32,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    if num_magnitude_bins < 2 || magnitude >= num_magnitude_bins {
        let message = format!(
            "magnitude ({magnitude}) must be below num_magnitude_bins ({num_magnitude_bins}), which is at least 2"
        );
        return Err(place.key.fault(message));
    }
    let Sampling { interpolation, fill } = Sampling::plan(place, interpolation, fill)?;
    let (bins, bin) = (num_magnitude_bins as usize, magnitude as usize);
    with_chance(place, 1.0, move |mut image, stream, workspace| {
        for _ in 0..num_ops {
            let operation = FOURTEEN[stream.below(FOURTEEN.len() as u64) as usize];
            let size = (image.height, image.width);
            let magnitude = operation.draw_magnitude(&Space::USUAL, bins, bin, size, stream);
            image = operation.apply(image, magnitude, interpolation, fill, workspace);
        }
        Ok(image)
    })
}
