//! `RandomCrop`.

use classifier_spec::{Fault, PaddingMode};

use super::{
    Context, Cropped, Key, Operation, Place, Size,
    pad::{self, pad},
};
use crate::{Draw, RgbImage, decode::Region};

/// A part of fixed size at a random place, after optional padding.
struct RandomCrop {
    id: u32,
    key: Key,
    size: Size,
    /// [left, top, right, bottom].
    padding: [isize; 4],
    pad_if_needed: bool,
    fill: [u8; 3],
    mode: PaddingMode,
}

pub fn plan(
    place: &Place,
    size: [u32; 2],
    padding: Option<[i32; 4]>,
    pad_if_needed: bool,
    fill: Option<[f64; 3]>,
    mode: PaddingMode,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key.clone();
    Ok(Box::new(RandomCrop {
        id: place.id,
        size: key.size(size)?,
        padding: pad::check(&key, padding.unwrap_or_default())?,
        pad_if_needed,
        fill: place.units.byte_level(fill.unwrap_or([0.0; 3])),
        mode,
        key,
    }))
}

impl RandomCrop {
    /// The padding that an image gets, grown where it stays too small.
    fn padding_of(&self, (height, width): Size) -> [isize; 4] {
        let mut padding = self.padding;
        if self.pad_if_needed {
            for (axis, (length, wanted)) in
                [(width, self.size.1), (height, self.size.0)].into_iter().enumerate()
            {
                let padded = length as isize + padding[axis] + padding[axis + 2];
                // Both sides get all that is missing, as in torchvision.
                let missing = (wanted as isize - padded).max(0);
                padding[axis] += missing;
                padding[axis + 2] += missing;
            }
        }
        padding
    }

    fn region(&self, (height, width): Size, draw: &Draw) -> Option<Region> {
        let mut stream = draw.stream(self.id);
        let room_y = height.checked_sub(self.size.0)?;
        let room_x = width.checked_sub(self.size.1)?;
        let y = stream.below(room_y as u64 + 1) as usize;
        let x = stream.below(room_x as u64 + 1) as usize;
        Some(Region { x, y, width: self.size.1, height: self.size.0 })
    }
}

impl Operation for RandomCrop {
    fn apply(&self, mut image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let padding = self.padding_of((image.height, image.width));
        if padding != [0; 4] {
            image = pad(image, padding, self.fill, self.mode, &self.key, context)?;
        }
        match self.region((image.height, image.width), &context.draw) {
            Some(region) => {
                let out = context.workspace.crop(image.view(), region);
                context.workspace.give(image.pixels_hwc);
                Ok(out)
            }
            None => {
                let message = format!(
                    "an image of {}x{} pixels is smaller than the crop of {}x{}",
                    image.width, image.height, self.size.1, self.size.0
                );
                Err(self.key.unsuitable(message).hint("Set pad_if_needed: true, or resize before the crop."))
            }
        }
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        Some(self.size)
    }

    fn crop(&self, input: Size, draw: &Draw) -> Option<Region> {
        if self.padding_of(input) == [0; 4] { self.region(input, draw) } else { None }
    }

    fn apply_crop(&self, crop: Cropped, context: &mut Context) -> Result<RgbImage, Fault> {
        Ok(context.workspace.crop(crop.part, crop.at))
    }
}
