//! `CenterCrop`.

use classifier_spec::Fault;

use super::{Context, Key, Operation, Size};
use crate::{Draw, RgbImage, decode::Region};

/// The middle part of an image; a smaller image is padded with black.
pub struct CenterCrop {
    size: Size,
}

impl CenterCrop {
    pub fn plan(size: [u32; 2], key: &Key) -> Result<Self, Fault> {
        Ok(Self { size: key.size(size)? })
    }
}

/// Half of an excess, rounded as Python's `int(round(excess / 2.0))`: to the even neighbour.
fn half(excess: usize) -> usize {
    (excess as f64 / 2.0).round_ties_even() as usize
}

impl Operation for CenterCrop {
    fn apply(&self, image: RgbImage, context: &mut Context) -> RgbImage {
        let (height, width) = self.size;
        if let Some(region) = self.crop((image.height, image.width), &context.draw) {
            return self.apply_crop(image, region, context);
        }
        let left = width.saturating_sub(image.width) / 2;
        let top = height.saturating_sub(image.height) / 2;
        let (padded_width, padded_height) = (image.width.max(width), image.height.max(height));
        let (x, y) = (half(padded_width - width), half(padded_height - height));
        let mut out = RgbImage::black(width, height);
        // Of the crop of the padded image, the part that is not padding.
        let columns = left.max(x)..(left + image.width).min(x + width);
        for row in top.max(y)..(top + image.height).min(y + height) {
            let from = &image.row(row - top)[(columns.start - left) * 3..(columns.end - left) * 3];
            let at = ((row - y) * width + columns.start - x) * 3;
            out.pixels_hwc[at..at + from.len()].copy_from_slice(from);
        }
        context.workspace.give(image.pixels_hwc);
        out
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        Some(self.size)
    }

    fn crop(&self, (height, width): Size, _draw: &Draw) -> Option<Region> {
        let fits = self.size.0 <= height && self.size.1 <= width;
        fits.then(|| Region {
            x: half(width - self.size.1),
            y: half(height - self.size.0),
            width: self.size.1,
            height: self.size.0,
        })
    }

    fn apply_crop(&self, part: RgbImage, at: Region, context: &mut Context) -> RgbImage {
        context.workspace.crop(part, at)
    }
}
