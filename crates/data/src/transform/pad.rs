//! `Pad`.

use classifier_spec::{Fault, PaddingMode};

use super::{Context, Key, Operation, Place, Size};
use crate::{RgbImage, kernel};

/// Pads by `[left, top, right, bottom]`; negative numbers crop.
struct Pad {
    key: Key,
    padding: [isize; 4],
    fill: [u8; 3],
    mode: PaddingMode,
}

pub fn plan(
    place: &Place,
    padding: [i32; 4],
    fill: Option<[f64; 3]>,
    mode: PaddingMode,
) -> Result<Box<dyn Operation>, Fault> {
    let padding = check(place.key, padding)?;
    let fill = place.units.byte_level(fill.unwrap_or([0.0; 3]));
    Ok(Box::new(Pad { key: place.key.clone(), padding, fill, mode }))
}

/// Padding within the limits of an image.
pub fn check(key: &Key, padding: [i32; 4]) -> Result<[isize; 4], Fault> {
    if padding.iter().any(|side| side.unsigned_abs() > 16_384) {
        return Err(key.fault(format!("padding may be 16384 pixels at most, not {padding:?}")));
    }
    Ok(padding.map(|side| side as isize))
}

/// Pads one image, or says why it cannot be.
pub fn pad(
    image: RgbImage,
    padding: [isize; 4],
    fill: [u8; 3],
    mode: PaddingMode,
    key: &Key,
    context: &mut Context,
) -> Result<RgbImage, Fault> {
    let sides = [image.width, image.height, image.width, image.height];
    let cut = |side: usize| (-padding[side]).max(0) as usize;
    let left = [
        image.width as isize - (cut(0) + cut(2)) as isize,
        image.height as isize - (cut(1) + cut(3)) as isize,
    ];
    let most = |side: usize| match mode {
        PaddingMode::Constant | PaddingMode::Edge => isize::MAX,
        // Mirrored without the edge itself.
        PaddingMode::Reflect => left[side % 2] - 1,
        PaddingMode::Symmetric => left[side % 2],
    };
    if left.iter().any(|left| *left < 1) || (0..4).any(|side| padding[side] > most(side)) {
        let message = format!("an image of {}x{} pixels cannot be padded by {padding:?}", sides[0], sides[1]);
        return Err(key.unsuitable(message).hint("Use a smaller padding or padding_mode: constant."));
    }
    Ok(kernel::pad::pad(image, padding, fill, mode, context.workspace))
}

impl Operation for Pad {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        pad(image, self.padding, self.fill, self.mode, &self.key, context)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        let [left, top, right, bottom] = self.padding;
        let side =
            |length: usize, padding: isize| length.checked_add_signed(padding).filter(|length| *length > 0);
        let (height, width) = input?;
        Some((side(height, top + bottom)?, side(width, left + right)?))
    }
}
