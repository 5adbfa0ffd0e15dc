//! `Resize`.

use classifier_spec::{Fault, Interpolation};

use super::{
    Context, Cropped, Operation, Place, Size, center_crop::CenterCrop, resized_center_crop::ResizedCenterCrop,
};
use crate::{Draw, RgbImage, decode::Region, kernel::resize::resize};

/// Scales to a size, or the shorter side to a length with the aspect kept.
#[derive(Debug, Clone)]
pub struct Resize {
    target: Target,
    pub interpolation: Interpolation,
    pub antialias: bool,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Size(Size),
    Shorter { side: usize, max_size: Option<usize> },
    Longer(usize),
}

pub fn plan(
    place: &Place,
    size: &[u32],
    interpolation: Interpolation,
    max_size: Option<u32>,
    antialias: bool,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    let max_size = max_size.map(|side| side as usize);
    let target = match (size, max_size) {
        ([], Some(longer)) => Target::Longer(key.size([longer as u32; 2])?.0),
        ([], None) => return Err(key.fault("size and max_size must not both be null")),
        (&[side], max_size) => {
            let (side, _) = key.size([side, side])?;
            if let Some(most) = max_size.filter(|most| *most <= side) {
                return Err(key.fault(format!("max_size ({most}) must be greater than size ({side})")));
            }
            Target::Shorter { side, max_size }
        }
        (&[height, width], None) => Target::Size(key.size([height, width])?),
        ([_, _], Some(_)) => {
            return Err(key.fault("max_size goes only with a single number (the shorter side) as size"));
        }
        _ => return Err(key.fault(format!("size must be one number or [height, width], not {size:?}"))),
    };
    Ok(Box::new(Resize { target, interpolation, antialias }))
}

impl Resize {
    /// What an image of that size becomes.
    pub fn size_for(&self, (height, width): Size) -> Size {
        match self.target {
            Target::Size(size) => size,
            Target::Shorter { side, max_size } => shorter_side((height, width), side, max_size),
            Target::Longer(longer) => {
                let (short, long) = (height.min(width), height.max(width));
                let shorter = longer * short / long;
                let (shorter, longer) = (shorter.max(1), longer);
                if width <= height { (longer, shorter) } else { (shorter, longer) }
            }
        }
    }
}

/// The size whose shorter side is `side`, the longer one cut to whole pixels; `max_size` bounds the longer.
pub fn shorter_side((height, width): Size, side: usize, max_size: Option<usize>) -> Size {
    let (short, long) = (height.min(width), height.max(width));
    let (mut new_short, mut new_long) = (side, (side as f64 * long as f64 / short as f64) as usize);
    if let Some(most) = max_size.filter(|most| new_long > *most) {
        new_short = ((most as f64 * new_short as f64 / new_long as f64) as usize).max(1);
        new_long = most;
    }
    if width <= height { (new_long, new_short) } else { (new_short, new_long) }
}

/// Scales a whole image, whose memory is taken back.
pub fn resize_to(
    image: RgbImage,
    (height, width): Size,
    interpolation: Interpolation,
    antialias: bool,
    context: &mut Context,
) -> RgbImage {
    if (height, width) == (image.height, image.width) {
        return image;
    }
    let whole = Region { x: 0, y: 0, width: image.width, height: image.height };
    let out = resize(image.view(), whole, width, height, interpolation, antialias, context.workspace);
    context.workspace.give(image.pixels_hwc);
    out
}

impl Operation for Resize {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let size = self.size_for((image.height, image.width));
        Ok(resize_to(image, size, self.interpolation, self.antialias, context))
    }

    fn crop(&self, (height, width): Size, _draw: &Draw) -> Option<Region> {
        Some(Region { x: 0, y: 0, width, height })
    }

    fn apply_crop(&self, crop: Cropped, context: &mut Context) -> Result<RgbImage, Fault> {
        let Cropped { part, at, .. } = crop;
        let (height, width) = self.size_for((at.height, at.width));
        if (height, width) == (at.height, at.width) {
            return Ok(context.workspace.crop(part, at));
        }
        Ok(resize(part, at, width, height, self.interpolation, self.antialias, context.workspace))
    }

    fn then_center_crop(&self, crop: &CenterCrop) -> Option<Box<dyn Operation>> {
        Some(Box::new(ResizedCenterCrop { resize: self.clone(), crop: crop.clone() }))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        match self.target {
            Target::Size(size) => Some(size),
            _ => input.map(|input| self.size_for(input)),
        }
    }
}
