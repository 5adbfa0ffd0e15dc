//! How large a split is, from a look at a few of its images.

use classifier_spec::Split;

use crate::{
    Dataset,
    decode::{self, ImageFormat, JpegDecoder, Limits},
};

/// Images that are looked at.
const PROBES: usize = 64;

/// Bytes of a whole split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    pub samples: usize,
    /// All images as 8-bit RGB.
    pub pixel_bytes: u64,
    /// All files.
    pub file_bytes: u64,
}

impl Estimate {
    pub fn of(dataset: &Dataset, split: Split) -> Self {
        let samples = dataset.len(split);
        let (mut pixels, mut files, mut seen) = (0u64, 0u64, 0u64);
        let mut bytes = Vec::new();
        for probe in 0..samples.min(PROBES) {
            let sample = (probe * samples / samples.min(PROBES)) as u32;
            if decode::read_file_into(&dataset.path(split, sample), &mut bytes).is_err() {
                continue;
            }
            let (width, height) = dimensions(&bytes).unwrap_or_default();
            pixels += (width * height * 3).min(Limits::default().max_pixels * 3);
            files += bytes.len() as u64;
            seen += 1;
        }
        let all = |sum: u64| (sum as f64 / seen.max(1) as f64 * samples as f64) as u64;
        Self { samples, pixel_bytes: all(pixels), file_bytes: all(files) }
    }
}

/// Width and height by the header alone; `None` for formats whose header is not read here.
fn dimensions(bytes: &[u8]) -> Option<(u64, u64)> {
    let big = |at: usize| Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    let little = |at: usize| Some(u64::from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    match ImageFormat::of(bytes).ok()? {
        ImageFormat::Jpeg => JpegDecoder::probe(bytes, &Limits::default())
            .ok()
            .map(|(width, height)| (width as u64, height as u64)),
        ImageFormat::Png => Some((big(16)?, big(20)?)),
        ImageFormat::Gif => little(6).map(|both| (both & 0xffff, both >> 16)),
        ImageFormat::Bmp => Some((little(18)?, little(22)?)),
        ImageFormat::Webp | ImageFormat::Tiff => None,
    }
}
