//! `RandomShortestSize`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Key, Operation, Place, Size, resize::resize_to, scale_jitter::check_size};
use crate::RgbImage;

/// Scales the shorter side to one of several lengths, the longer one bounded.
struct RandomShortestSize {
    id: u32,
    key: Key,
    min_size: Vec<u32>,
    max_size: Option<u32>,
    interpolation: Interpolation,
    antialias: bool,
}

pub fn plan(
    place: &Place,
    min_size: &[u32],
    max_size: Option<u32>,
    interpolation: Interpolation,
    antialias: bool,
) -> Result<Box<dyn Operation>, Fault> {
    if min_size.is_empty() {
        return Err(place.key.fault("min_size must hold at least one number"));
    }
    for side in min_size.iter().chain(&max_size) {
        place.key.size([*side; 2])?;
    }
    let (id, key, min_size) = (place.id, place.key.clone(), min_size.to_vec());
    Ok(Box::new(RandomShortestSize { id, key, min_size, max_size, interpolation, antialias }))
}

impl Operation for RandomShortestSize {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let choice = context.draw.stream(self.id).below(self.min_size.len() as u64);
        let (short, long) = (image.width.min(image.height) as f64, image.width.max(image.height) as f64);
        let factor = f64::from(self.min_size[choice as usize]) / short;
        let factor = self.max_size.map_or(factor, |most| factor.min(f64::from(most) / long));
        let side = |side: usize| (side as f64 * factor) as usize;
        let size = check_size((side(image.height), side(image.width)), &self.key)?;
        Ok(resize_to(image, size, self.interpolation, self.antialias, context))
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        None
    }
}
