//! Padding, which may also crop.

use classifier_spec::PaddingMode;

use super::blur::reflect;
use crate::{RgbImage, Workspace, decode::Region};

/// Adds `[left, top, right, bottom]` pixels; negative numbers take some away. `fill` is for the constant mode.
/// A mirroring mode must not ask for more than the image has, and something must be left.
pub fn pad(
    image: RgbImage,
    [left, top, right, bottom]: [isize; 4],
    fill: [u8; 3],
    mode: PaddingMode,
    workspace: &mut Workspace,
) -> RgbImage {
    // What is left of the image after negative padding, then positive padding around it.
    let cut = |padding: isize| (-padding).max(0) as usize;
    let inner = Region {
        x: cut(left),
        y: cut(top),
        width: image.width - cut(left) - cut(right),
        height: image.height - cut(top) - cut(bottom),
    };
    let (left, top) = (left.max(0) as usize, top.max(0) as usize);
    let width = inner.width + left + right.max(0) as usize;
    let height = inner.height + top + bottom.max(0) as usize;
    let columns: Vec<Option<usize>> = (0..width).map(|x| source(x, left, inner.width, mode)).collect();
    let mut out = workspace.image(width, height);
    for (y, row) in out.pixels_hwc.chunks_exact_mut(width * 3).enumerate() {
        let Some(from) = source(y, top, inner.height, mode) else {
            row.as_chunks_mut::<3>().0.fill(fill);
            continue;
        };
        let from = &image.row(inner.y + from)[inner.x * 3..(inner.x + inner.width) * 3];
        row[left * 3..(left + inner.width) * 3].copy_from_slice(from);
        let edges = (0..left).chain(left + inner.width..width);
        for x in edges {
            let pixel = columns[x]
                .map_or(fill, |column| [from[column * 3], from[column * 3 + 1], from[column * 3 + 2]]);
            row[x * 3..x * 3 + 3].copy_from_slice(&pixel);
        }
    }
    workspace.give(image.pixels_hwc);
    out
}

/// Where a padded place takes its value from; `None` is the fill.
fn source(place: usize, before: usize, length: usize, mode: PaddingMode) -> Option<usize> {
    let place = place as isize - before as isize;
    let last = length as isize - 1;
    if (0..=last).contains(&place) {
        return Some(place as usize);
    }
    match mode {
        PaddingMode::Constant => None,
        PaddingMode::Edge => Some(place.clamp(0, last) as usize),
        PaddingMode::Reflect => Some(reflect(place, length)),
        PaddingMode::Symmetric => Some(if place < 0 { -place - 1 } else { 2 * last + 1 - place } as usize),
    }
}
