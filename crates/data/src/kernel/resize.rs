//! Resampling, bit for bit as torchvision resamples 8-bit tensors.

use classifier_spec::Interpolation;
use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedCroppedImage, TypedImage, TypedImageRef},
    pixels::U8x3,
};

use super::{
    plain_cubic,
    resample::{Axis, Filter, Source},
};
use crate::{RgbImage, RgbView, Workspace, decode::Region};

/// The filter of an antialiased interpolation.
pub(crate) fn filter_of(interpolation: Interpolation, antialias: bool) -> Option<Filter> {
    match (interpolation, antialias) {
        (Interpolation::Bilinear, true) => Some(Filter::Bilinear),
        (Interpolation::Bicubic, true) => Some(Filter::Bicubic),
        _ => None,
    }
}

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
    if let Some(filter) = filter_of(interpolation, antialias) {
        let source = Source { part: image, x: region.x as isize, y: region.y as isize };
        let axes = [Axis::whole(region.width, width), Axis::whole(region.height, height)];
        let axes = [&axes[0], &axes[1]];
        workspace.resampler.resample(source, axes, filter, false, &mut out.pixels_hwc);
        return out;
    }
    match interpolation {
        Interpolation::Bilinear => plain_bilinear(image, region, &mut out, workspace),
        Interpolation::Bicubic => plain_cubic::resize(image, region, &mut out),
        Interpolation::Nearest => nearest(image, region, &mut out, |place, scale| place as f32 * scale),
        Interpolation::NearestExact => {
            nearest(image, region, &mut out, |place, scale| (place as f32 + 0.5) * scale);
        }
    }
    out
}

/// Bilinear interpolation of the nearest pixels: width first, then height, as torch does, since the rounding between the
/// passes is a part of the result.
fn plain_bilinear(image: RgbView, region: Region, out: &mut RgbImage, workspace: &mut Workspace) {
    if out.height == region.height || out.width == region.width {
        pass(&mut workspace.resizer, image, region, out);
        return;
    }
    let mut wide = workspace.image(out.width, region.height);
    pass(&mut workspace.resizer, image, region, &mut wide);
    let whole = Region { x: 0, y: 0, width: out.width, height: region.height };
    pass(&mut workspace.resizer, wide.view(), whole, out);
    workspace.give(wide.pixels_hwc);
}

/// One direction.
fn pass(resizer: &mut Resizer, image: RgbView, region: Region, out: &mut RgbImage) {
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
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Interpolation(FilterType::Bilinear)).use_alpha(false);
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
