//! PNG to RGB as Pillow's `convert("RGB")`: alpha dropped, 16-bit colour cut to its high byte, 16-bit grey clipped.

use std::io::Cursor;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError};

use super::{DecodeError, Limits};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let mut options = DecodeOptions::default();
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(png::Limits { bytes: usize::MAX });
    let info = decoder.read_header_info().map_err(refusal)?;
    limits.check(u64::from(info.width), u64::from(info.height))?;
    let mut reader = decoder.read_info().map_err(refusal)?;
    let size =
        reader.output_buffer_size().ok_or_else(|| DecodeError::Limit("the PNG is too large".into()))?;
    let mut samples = Vec::new();
    samples.try_reserve_exact(size).map_err(|_| DecodeError::Limit("not enough memory".into()))?;
    samples.resize(size, 0);
    let info = reader.next_frame(&mut samples).map_err(refusal)?;
    let palette = reader.info().palette.clone().unwrap_or_default();
    let (width, height) = (info.width as usize, info.height as usize);
    let layout = PngLayout { color: info.color_type, depth: info.bit_depth };
    if (layout.color, layout.depth) == (ColorType::Rgb, BitDepth::Eight) {
        samples.truncate(width * height * 3);
        return Ok(RgbImage::new(width, height, samples));
    }
    let mut image = RgbImage::black(width, height);
    for y in 0..height {
        let row = &samples[y * info.line_size..(y + 1) * info.line_size];
        layout.unpack(row, &palette, &mut image.pixels_hwc[y * width * 3..(y + 1) * width * 3]);
    }
    Ok(image)
}

struct PngLayout {
    color: ColorType,
    depth: BitDepth,
}

impl PngLayout {
    fn unpack(&self, row: &[u8], palette: &[u8], out: &mut [u8]) {
        let bits = self.depth as usize;
        let narrow = |x: usize| {
            let per_byte = 8 / bits;
            let shift = 8 - bits * (x % per_byte + 1);
            row[x / per_byte] >> shift & ((1u16 << bits) - 1) as u8
        };
        let wide = bits == 16;
        for (x, pixel) in out.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&match self.color {
                ColorType::Grayscale if wide => [if row[x * 2] == 0 { row[x * 2 + 1] } else { 255 }; 3],
                ColorType::Grayscale => {
                    let value = if bits == 8 { row[x] } else { narrow(x) };
                    [(u16::from(value) * 255 / ((1u16 << bits) - 1)) as u8; 3]
                }
                ColorType::Indexed => {
                    let index = if bits == 8 { row[x] } else { narrow(x) };
                    let at = usize::from(index) * 3;
                    palette.get(at..at + 3).map_or([index; 3], |color| [color[0], color[1], color[2]])
                }
                ColorType::GrayscaleAlpha => [row[x * if wide { 4 } else { 2 }]; 3],
                ColorType::Rgb | ColorType::Rgba => {
                    let step = if wide { 2 } else { 1 };
                    let at = x * step * self.color.samples();
                    [row[at], row[at + step], row[at + 2 * step]]
                }
            });
        }
    }
}

fn refusal(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Truncated("PNG")
        }
        other => DecodeError::Broken(other.to_string()),
    }
}
