//! The first frame of a GIF, on its canvas.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, DecodingError};

use super::{DecodeError, Limits};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(refusal)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    limits.check(width as u64, height as u64)?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let frame = decoder.read_next_frame().map_err(refusal)?.ok_or(DecodeError::Truncated("GIF"))?;
    let palette = frame.palette.clone().or(global).unwrap_or_default();
    let color = |index: u8| {
        let at = usize::from(index) * 3;
        palette.get(at..at + 3).map_or([index; 3], |color| [color[0], color[1], color[2]])
    };
    let mut image = RgbImage::new(width, height, color(0).repeat(width * height));
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (frame_width, frame_height) = (usize::from(frame.width), usize::from(frame.height));
    for y in 0..frame_height.min(height.saturating_sub(top)) {
        for x in 0..frame_width.min(width.saturating_sub(left)) {
            let at = ((top + y) * width + left + x) * 3;
            image.pixels_hwc[at..at + 3].copy_from_slice(&color(frame.buffer[y * frame_width + x]));
        }
    }
    Ok(image)
}

fn refusal(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Truncated("GIF")
        }
        other => DecodeError::Broken(other.to_string()),
    }
}
