//! `Resize` and the `CenterCrop` after it as one: only what is kept is computed, from the part of the image that it depends on.

use classifier_spec::Fault;

use super::{Context, Cropped, Operation, Size, center_crop::CenterCrop, resize::Resize};
use crate::{
    Draw, RgbImage,
    decode::Region,
    kernel::{
        resample::{Axis, Filter, Source},
        resize::filter_of,
    },
};

pub struct ResizedCenterCrop {
    pub resize: Resize,
    pub crop: CenterCrop,
}

/// Columns and rows of a scaling of which only the middle is kept.
struct Middle {
    columns: Axis,
    rows: Axis,
    filter: Filter,
}

impl ResizedCenterCrop {
    /// `None` where the two have to be done one after the other: no antialiasing, or an image that is padded.
    fn middle(&self, (height, width): Size) -> Option<Middle> {
        let filter = filter_of(self.resize.interpolation, self.resize.antialias)?;
        let resized = self.resize.size_for((height, width));
        let Region { x, y, width: kept_width, height: kept_height } = self.crop.region(resized)?;
        Some(Middle {
            columns: Axis { input: width, output: resized.1, keep: x..x + kept_width },
            rows: Axis { input: height, output: resized.0, keep: y..y + kept_height },
            filter,
        })
    }
}

impl Operation for ResizedCenterCrop {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let size = (image.height, image.width);
        if self.middle(size).is_none() {
            let resized = self.resize.apply(image, context)?;
            return self.crop.apply(resized, context);
        }
        let region = Region { x: 0, y: 0, width: image.width, height: image.height };
        let out = self.apply_crop(Cropped { part: image.view(), at: region, region, size }, context);
        context.workspace.give(image.pixels_hwc);
        out
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        self.crop.output(input)
    }

    fn crop(&self, input: Size, _draw: &Draw) -> Option<Region> {
        let Middle { columns, rows, filter } = self.middle(input)?;
        let (x, y) = (columns.needs(filter), rows.needs(filter));
        Some(Region { x: x.start, y: y.start, width: x.len(), height: y.len() })
    }

    fn apply_crop(&self, crop: Cropped, context: &mut Context) -> Result<RgbImage, Fault> {
        let (height, width) = self.crop.size();
        let mut out = context.workspace.image(width, height);
        self.apply_crop_into(&crop, false, &mut out.pixels_hwc, context);
        Ok(out)
    }

    fn apply_crop_into(
        &self,
        crop: &Cropped,
        mirrored: bool,
        out_hwc: &mut [u8],
        context: &mut Context,
    ) -> bool {
        let Some(Middle { columns, rows, filter }) = self.middle(crop.size) else { return false };
        let Cropped { part, at, region, .. } = *crop;
        let source =
            Source { part, x: at.x as isize - region.x as isize, y: at.y as isize - region.y as isize };
        context.workspace.resampler.resample(source, [&columns, &rows], filter, mirrored, out_hwc);
        true
    }
}
