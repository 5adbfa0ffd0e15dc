//! The first page of a TIFF file.

use std::io::Cursor;

use tiff::{
    ColorType, TiffError,
    decoder::{Decoder, DecodingResult},
    tags::Tag,
};

use super::{
    DecodeError, Limits,
    exif::{Orientation, from_tiff, tiff_short},
};
use crate::RgbImage;

/// The tag that says what values mean.
const PHOTOMETRIC: u16 = 0x0106;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let as_grey = palette_as_grey(bytes);
    let mut decoder = Decoder::new(Cursor::new(as_grey.as_deref().unwrap_or(bytes))).map_err(refusal)?;
    let (width, height) = decoder.dimensions().map_err(refusal)?;
    limits.check(u64::from(width), u64::from(height))?;
    let mut bounds = tiff::decoder::Limits::default();
    bounds.decoding_buffer_size = width as usize * height as usize * 8 + (1 << 20);
    bounds.intermediate_buffer_size = bounds.decoding_buffer_size;
    decoder = decoder.with_limits(bounds);
    let color = decoder.colortype().map_err(refusal)?;
    let white_is_zero =
        decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).ok().flatten() == Some(0);
    let palette = match as_grey {
        Some(_) => decoder.get_tag_u16_vec(Tag::ColorMap).map_err(refusal)?,
        None => Vec::new(),
    };
    let (width, height) = (width as usize, height as usize);
    let samples = decoder.read_image().map_err(refusal)?;
    let bits = usize::from(color.bit_depth());
    let channels = match color {
        ColorType::Gray(_) => 1,
        ColorType::GrayA(_) => 2,
        ColorType::RGB(_) | ColorType::YCbCr(_) => 3,
        ColorType::RGBA(_) | ColorType::CMYK(_) => 4,
        other => return Err(DecodeError::unsupported(format!("TIFF of colour type {other:?}"))),
    };
    let row_samples = width * channels;
    let sample: Box<dyn Fn(usize, usize) -> u16> = match (samples, bits) {
        (DecodingResult::U8(data), 8) => Box::new(move |y, x| u16::from(data[y * row_samples + x])),
        (DecodingResult::U8(data), 1 | 2 | 4) => {
            let stride = (row_samples * bits).div_ceil(8);
            Box::new(move |y, x| {
                let per_byte = 8 / bits;
                let byte = data[y * stride + x / per_byte];
                u16::from(byte >> (8 - bits * (x % per_byte + 1))) & ((1 << bits) - 1)
            })
        }
        (DecodingResult::U16(data), 16) => Box::new(move |y, x| data[y * row_samples + x]),
        _ => return Err(DecodeError::unsupported(format!("TIFF of colour type {color:?}"))),
    };
    let level = |value: u16| match bits {
        8 => value as u8,
        16 => (value >> 8) as u8,
        _ => (u32::from(value) * 255 / ((1 << bits) - 1)) as u8,
    };
    let mut image = RgbImage::black(width, height);
    for (at, pixel) in image.pixels_hwc.chunks_exact_mut(3).enumerate() {
        let (y, x) = (at / width, at % width * channels);
        let value = |channel: usize| sample(y, x + channel);
        pixel.copy_from_slice(&match color {
            ColorType::Gray(_) if !palette.is_empty() => {
                let (index, size) = (usize::from(value(0)), palette.len() / 3);
                [0, 1, 2]
                    .map(|channel| palette.get(channel * size + index).map_or(0, |level| (level >> 8) as u8))
            }
            ColorType::Gray(16) => [value(0).min(255) as u8; 3],
            ColorType::Gray(_) => [if white_is_zero { 255 - level(value(0)) } else { level(value(0)) }; 3],
            ColorType::GrayA(_) => [level(value(0)); 3],
            ColorType::CMYK(_) => {
                let key = 255 - u32::from(level(value(3)));
                [0, 1, 2].map(|channel| {
                    let product = u32::from(level(value(channel))) * key + 128;
                    (key - (((product >> 8) + product) >> 8).min(key)) as u8
                })
            }
            _ => [level(value(0)), level(value(1)), level(value(2))],
        });
    }
    Ok(from_tiff(bytes).unwrap_or(Orientation::UPRIGHT).apply(image))
}

/// The decoder knows no palettes. The same file as a grey one gives the indices.
fn palette_as_grey(bytes: &[u8]) -> Option<Vec<u8>> {
    let (at, 3) = tiff_short(bytes, PHOTOMETRIC)? else { return None };
    let mut grey = bytes.to_vec();
    let black_is_zero = if bytes.starts_with(b"MM") { 1u16.to_be_bytes() } else { 1u16.to_le_bytes() };
    grey[at..at + 2].copy_from_slice(&black_is_zero);
    Some(grey)
}

fn refusal(error: TiffError) -> DecodeError {
    match error {
        TiffError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Truncated("TIFF")
        }
        TiffError::UnsupportedError(error) => DecodeError::Unsupported(error.to_string()),
        TiffError::LimitsExceeded => DecodeError::Limit("the TIFF's strips are too large".into()),
        other => DecodeError::Broken(other.to_string()),
    }
}
