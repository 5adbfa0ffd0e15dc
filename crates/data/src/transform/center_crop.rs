//! `CenterCrop`.

use classifier_spec::Fault;

use super::{Context, Cropped, Operation, Place, Size};
use crate::{Draw, RgbImage, decode::Region};

/// The middle part of an image; a smaller image is padded with zeros, which are black before `Normalize`.
#[derive(Clone)]
pub struct CenterCrop {
    size: Size,
    fill: [u8; 3],
}

pub fn plan(place: &Place, size: [u32; 2]) -> Result<CenterCrop, Fault> {
    Ok(CenterCrop { size: place.key.size(size)?, fill: place.units.byte_level([0.0; 3]) })
}

impl CenterCrop {
    /// Of every result.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The part of an image of that size which is kept; `None` where the image has to be padded.
    pub fn region(&self, (height, width): Size) -> Option<Region> {
        let fits = self.size.0 <= height && self.size.1 <= width;
        fits.then(|| Region {
            x: half(width - self.size.1),
            y: half(height - self.size.0),
            width: self.size.1,
            height: self.size.0,
        })
    }
}

/// Half of an excess, rounded as Python's `int(round(excess / 2.0))`: to the even neighbour.
fn half(excess: usize) -> usize {
    (excess as f64 / 2.0).round_ties_even() as usize
}

impl Operation for CenterCrop {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let (height, width) = self.size;
        if let Some(region) = self.region((image.height, image.width)) {
            let out = context.workspace.crop(image.view(), region);
            context.workspace.give(image.pixels_hwc);
            return Ok(out);
        }
        let left = width.saturating_sub(image.width) / 2;
        let top = height.saturating_sub(image.height) / 2;
        let (padded_width, padded_height) = (image.width.max(width), image.height.max(height));
        let (x, y) = (half(padded_width - width), half(padded_height - height));
        let mut out = context.workspace.image(width, height);
        out.pixels_hwc.as_chunks_mut::<3>().0.fill(self.fill);
        // Of the crop of the padded image, the part that is not padding.
        let columns = left.max(x)..(left + image.width).min(x + width);
        for row in top.max(y)..(top + image.height).min(y + height) {
            let from = &image.row(row - top)[(columns.start - left) * 3..(columns.end - left) * 3];
            let at = ((row - y) * width + columns.start - x) * 3;
            out.pixels_hwc[at..at + from.len()].copy_from_slice(from);
        }
        context.workspace.give(image.pixels_hwc);
        Ok(out)
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        Some(self.size)
    }

    fn crop(&self, input: Size, _draw: &Draw) -> Option<Region> {
        self.region(input)
    }

    fn apply_crop(&self, crop: Cropped, context: &mut Context) -> Result<RgbImage, Fault> {
        Ok(context.workspace.crop(crop.part, crop.at))
    }
}
