//! WebP, lossy and lossless; the first frame of an animation.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::{DecodeError, Limits};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    limits.check(u64::from(width), u64::from(height))?;
    let (width, height) = (width as usize, height as usize);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut samples = Vec::new();
    samples
        .try_reserve_exact(width * height * channels)
        .map_err(|_| DecodeError::Limit("not enough memory".into()))?;
    samples.resize(width * height * channels, 0);
    if decoder.is_animated() {
        decoder.read_frame(&mut samples).map_err(refusal)?;
    } else {
        decoder.read_image(&mut samples).map_err(refusal)?;
    }
    if channels == 4 {
        samples = samples.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    }
    Ok(RgbImage::new(width, height, samples))
}

fn refusal(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Truncated("WebP")
        }
        other => DecodeError::Broken(other.to_string()),
    }
}
