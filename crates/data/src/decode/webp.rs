//! WebP, lossy and lossless; the first frame of an animation. Alpha is dropped.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::{DecodeError, Limits};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    check_container(bytes)?;
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    limits.check(u64::from(width), u64::from(height))?;
    if !decoder.is_animated() {
        return decode_still(decoder);
    }
    drop(decoder);
    let frame = first_frame(bytes).ok_or_else(|| DecodeError::broken("the animation has no frame"))?;
    let still = decode_still(WebPDecoder::new(Cursor::new(&frame.still[..])).map_err(refusal)?)?;
    let (width, height) = (width as usize, height as usize);
    if frame.left + still.width > width || frame.top + still.height > height {
        return Err(DecodeError::broken("the animation's first frame lies beyond its canvas"));
    }
    // The canvas is transparent black, and the first frame is not blended with it.
    let mut image = RgbImage::black(width, height);
    for y in 0..still.height {
        let at = ((frame.top + y) * width + frame.left) * 3;
        image.pixels_hwc[at..at + still.width * 3].copy_from_slice(still.row(y));
    }
    Ok(image)
}

/// Every chunk must be there whole, as libwebp demands.
fn check_container(bytes: &[u8]) -> Result<(), DecodeError> {
    let truncated = DecodeError::Truncated("WebP");
    let length_at = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
    };
    let end = length_at(4).map_or(usize::MAX, |length| length.saturating_add(8));
    let mut at = 12;
    while at + 8 <= end {
        let Some(length) = length_at(at + 4) else { return Err(truncated) };
        at = at.saturating_add(8).saturating_add(length).saturating_add(length & 1);
    }
    if at > end || end > bytes.len() { Err(truncated) } else { Ok(()) }
}

fn decode_still<R: std::io::BufRead + std::io::Seek>(
    mut decoder: WebPDecoder<R>,
) -> Result<RgbImage, DecodeError> {
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut samples = Vec::new();
    let size = width * height * channels;
    samples.try_reserve_exact(size).map_err(|_| DecodeError::Limit("not enough memory".into()))?;
    samples.resize(size, 0);
    decoder.read_image(&mut samples).map_err(refusal)?;
    if channels == 4 {
        samples = samples.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    }
    Ok(RgbImage::new(width, height, samples))
}

struct Frame {
    left: usize,
    top: usize,
    /// The frame as a WebP file of its own.
    still: Vec<u8>,
}

fn first_frame(bytes: &[u8]) -> Option<Frame> {
    let mut at = 12;
    let data = loop {
        let length = bytes.get(at + 4..at + 8)?;
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let data = bytes.get(at + 8..at.checked_add(8)?.checked_add(length)?)?;
        if bytes.get(at..at + 4)? == b"ANMF" {
            break data;
        }
        at += 8 + length + (length & 1);
    };
    let number = |at: usize| {
        let three = data.get(at..at + 3)?;
        Some(u32::from_le_bytes([three[0], three[1], three[2], 0]))
    };
    let (left, top) = (number(0)? as usize * 2, number(3)? as usize * 2);
    let chunks = data.get(16..)?;
    let mut still = b"RIFF\0\0\0\0WEBP".to_vec();
    if chunks.starts_with(b"ALPH") {
        still.extend(b"VP8X\x0a\0\0\0\x10\0\0\0");
        still.extend(&number(6)?.to_le_bytes()[..3]);
        still.extend(&number(9)?.to_le_bytes()[..3]);
    }
    still.extend(chunks);
    let length = (still.len() - 8) as u32;
    still[4..8].copy_from_slice(&length.to_le_bytes());
    Some(Frame { left, top, still })
}

fn refusal(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Truncated("WebP")
        }
        other => DecodeError::Broken(other.to_string()),
    }
}
