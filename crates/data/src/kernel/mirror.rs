//! Left and right change places.

use crate::{RgbImage, RgbView};

/// Reverses every row.
pub fn mirror(image: &mut RgbImage) {
    for row in image.pixels_hwc.chunks_exact_mut(image.width * 3) {
        row.as_chunks_mut::<3>().0.reverse();
    }
}

/// Writes the mirrored image to `out_hwc`, which has its size.
pub fn mirror_into(image: RgbView, out_hwc: &mut [u8]) {
    assert_eq!(image.pixels_hwc.len(), out_hwc.len(), "the size of the image");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("ssse3") {
        // SAFETY: the processor has the instructions.
        unsafe { rows_by_shuffles(image, out_hwc) };
        return;
    }
    rows_by_pixels(image, out_hwc);
}

fn rows_by_pixels(image: RgbView, out_hwc: &mut [u8]) {
    let stride = image.width * 3;
    for (from, to) in image.pixels_hwc.chunks_exact(stride).zip(out_hwc.chunks_exact_mut(stride)) {
        reverse_pixels(from, to);
    }
}

fn reverse_pixels(from: &[u8], to: &mut [u8]) {
    for (from, to) in from.as_chunks::<3>().0.iter().zip(to.as_chunks_mut::<3>().0.iter_mut().rev()) {
        *to = *from;
    }
}

/// Five pixels at a time. Each store begins one byte before its pixels; that byte is written anew by the next one.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "ssse3")]
fn rows_by_shuffles(image: RgbView, out_hwc: &mut [u8]) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_setr_epi8, _mm_shuffle_epi8, _mm_storeu_si128};
    let order = _mm_setr_epi8(15, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2);
    let stride = image.width * 3;
    for (from, to) in image.pixels_hwc.chunks_exact(stride).zip(out_hwc.chunks_exact_mut(stride)) {
        let mut done = 0;
        // A load and a store of 16 bytes each must stay inside of the row.
        while done + 16 <= stride {
            let Some(source) = from[done..].first_chunk::<16>() else { break };
            let Some(target) = to[..stride - done].last_chunk_mut::<16>() else { break };
            // SAFETY: both are 16 bytes, of any alignment.
            unsafe {
                let pixels = _mm_loadu_si128(source.as_ptr().cast::<__m128i>());
                _mm_storeu_si128(target.as_mut_ptr().cast::<__m128i>(), _mm_shuffle_epi8(pixels, order));
            }
            done += 15;
        }
        reverse_pixels(&from[done..], &mut to[..stride - done]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_agree_for_every_width() {
        for width in 1..70 {
            let image = RgbImage::new(width, 3, (0..width * 9).map(|value| (value * 7) as u8).collect());
            let mut in_place = image.clone();
            mirror(&mut in_place);
            assert_eq!(in_place.pixel(0, 1), image.pixel(width - 1, 1));
            let mut copied = vec![0; width * 9];
            mirror_into(image.view(), &mut copied);
            assert_eq!(copied, in_place.pixels_hwc, "{width}");
            rows_by_pixels(image.view(), &mut copied);
            assert_eq!(copied, in_place.pixels_hwc, "{width}");
        }
    }
}
