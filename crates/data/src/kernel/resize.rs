//! Resampling, bit for bit as torchvision resamples 8-bit tensors.

use classifier_spec::Interpolation;
use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedCroppedImage, TypedImage, TypedImageRef},
    pixels::U8x3,
};

use super::plain_cubic;
use crate::{RgbImage, RgbView, Workspace, decode::Region};

/// Scales the part `region` of `image` to `width` by `height`.
pub fn resize(
    image: RgbView,
    region: Region,
    width: usize,
    height: usize,
    interpolation: Interpolation,
    antialias: bool,
    workspace: &mut Workspace,
) -> RgbImage {
    let mut out = workspace.image(width, height);
    let filter = match (interpolation, antialias) {
        (Interpolation::Bilinear, true) => ResizeAlg::Convolution(FilterType::Bilinear),
        (Interpolation::Bicubic, true) => ResizeAlg::Convolution(FilterType::CatmullRom),
        (Interpolation::Bilinear, false) => ResizeAlg::Interpolation(FilterType::Bilinear),
        (Interpolation::Bicubic, false) => {
            plain_cubic::resize(image, region, &mut out);
            return out;
        }
        (Interpolation::Nearest, _) => {
            nearest(image, region, &mut out, |place, scale| place as f32 * scale);
            return out;
        }
        (Interpolation::NearestExact, _) => {
            nearest(image, region, &mut out, |place, scale| (place as f32 + 0.5) * scale);
            return out;
        }
    };
    // Width first, then height, as torch does: the rounding between the passes is a part of the result.
    if height == region.height || width == region.width {
        pass(&mut workspace.resizer, filter, image, region, &mut out);
    } else {
        let mut wide = workspace.image(width, region.height);
        pass(&mut workspace.resizer, filter, image, region, &mut wide);
        let whole = Region { x: 0, y: 0, width, height: region.height };
        pass(&mut workspace.resizer, filter, wide.view(), whole, &mut out);
        workspace.give(wide.pixels_hwc);
    }
    out
}

/// One direction.
fn pass(resizer: &mut Resizer, filter: ResizeAlg, image: RgbView, region: Region, out: &mut RgbImage) {
    let source =
        TypedImageRef::<U8x3>::from_buffer(image.width as u32, image.height as u32, image.pixels_hwc)
            .expect("an image's buffer has its size");
    let source = TypedCroppedImage::from_ref(
        &source,
        region.x as u32,
        region.y as u32,
        region.width as u32,
        region.height as u32,
    )
    .expect("a region lies in its image");
    let mut target =
        TypedImage::<U8x3>::from_buffer(out.width as u32, out.height as u32, &mut out.pixels_hwc)
            .expect("an image's buffer has its size");
    let options = ResizeOptions::new().resize_alg(filter).use_alpha(false);
    resizer.resize_typed(&source, &mut target, &options).expect("no crop box that could be wrong");
}

fn nearest(image: RgbView, region: Region, out: &mut RgbImage, source: fn(usize, f32) -> f32) {
    let places = |count: usize, from: usize| -> Vec<usize> {
        let scale = from as f32 / count as f32;
        (0..count).map(|place| (source(place, scale) as usize).min(from - 1)).collect()
    };
    let columns = places(out.width, region.width);
    let rows = places(out.height, region.height);
    for (y, row) in out.pixels_hwc.chunks_exact_mut(out.width * 3).enumerate() {
        let from = image.row(region.y + rows[y]);
        for (pixel, x) in row.chunks_exact_mut(3).zip(&columns) {
            let at = (region.x + x) * 3;
            pixel.copy_from_slice(&from[at..at + 3]);
        }
    }
}
