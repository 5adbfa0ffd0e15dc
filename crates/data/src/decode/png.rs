//! PNG to RGB as Pillow's `convert("RGB")`: alpha dropped, 16-bit colour cut to its high byte, 16-bit grey clipped. What
//! Pillow refuses is refused, and damage that it tolerates is tolerated.

mod chunks;
mod rows;
mod unfilter;

use super::{DecodeError, Limits};
use crate::RgbImage;
use chunks::{Chunks, Header};
use rows::Rows;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let mut chunks = Chunks::new(bytes);
    let header = chunks.read_header()?;
    limits.check(u64::from(header.width), u64::from(header.height))?;
    let layout = Layout::of(&header)?;
    let (left, top, width, height) = header.frame;
    let (left, top, width, height) = (left as usize, top as usize, width as usize, height as usize);
    if width == 0 || height == 0 {
        return Err(DecodeError::broken("an APNG frame without pixels"));
    }
    let mut colors = [[0u8; 3]; 256];
    for (color, entry) in colors.iter_mut().zip(header.palette.chunks_exact(3)) {
        color.copy_from_slice(entry);
    }
    if header.palette.len() / 3 > 256 {
        return Err(DecodeError::broken("a PNG palette of more than 256 colours"));
    }
    let black = if layout.is_indexed() { colors[0] } else { [0; 3] };
    let mut image = RgbImage::black(header.width as usize, header.height as usize);
    if (width, height) != (image.width, image.height) || layout.is_indexed() {
        image.pixels_hwc.as_chunks_mut::<3>().0.fill(black);
    }
    let mut rows = Rows::new(width, height, layout.bits(), header.interlaced);
    let stride = image.width * 3;
    while let Some(block) = chunks.next_block()? {
        let done = rows.feed(block, |place, row| {
            // Pillow leaves an interlaced frame's offset out.
            let (left, top) = if header.interlaced { (0, 0) } else { (left, top) };
            let target =
                &mut image.pixels_hwc[(top + place.y) * stride + left * 3..(top + place.y + 1) * stride];
            layout.unpack(row, place.pixels, &colors, |index, color| {
                let at = (place.x + index * place.step) * 3;
                target[at..at + 3].copy_from_slice(&color);
            });
        })?;
        if done {
            chunks.read_end()?;
            return Ok(image);
        }
    }
    Err(DecodeError::Truncated("PNG"))
}

/// What the bits of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Grey(u32),
    GreyAlpha(u32),
    Index(u32),
    Rgb(u32),
    Rgba(u32),
}

impl Layout {
    fn of(header: &Header) -> Result<Self, DecodeError> {
        Ok(match (header.depth, header.color) {
            (1 | 2 | 4 | 8 | 16, 0) => Self::Grey(header.depth.into()),
            (8 | 16, 2) => Self::Rgb(header.depth.into()),
            (1 | 2 | 4 | 8, 3) => Self::Index(header.depth.into()),
            (8 | 16, 4) => Self::GreyAlpha(header.depth.into()),
            (8 | 16, 6) => Self::Rgba(header.depth.into()),
            (depth, color) => {
                return Err(DecodeError::unsupported(format!(
                    "PNG of colour type {color} with {depth} bits"
                )));
            }
        })
    }

    fn is_indexed(self) -> bool {
        matches!(self, Self::Index(_))
    }

    /// Bits of a pixel.
    fn bits(self) -> u32 {
        match self {
            Self::Grey(depth) | Self::Index(depth) => depth,
            Self::GreyAlpha(depth) => depth * 2,
            Self::Rgb(depth) => depth * 3,
            Self::Rgba(depth) => depth * 4,
        }
    }

    /// Calls `put` with the colour of each of `pixels` pixels.
    fn unpack(self, row: &[u8], pixels: usize, colors: &[[u8; 3]; 256], mut put: impl FnMut(usize, [u8; 3])) {
        let narrow = |x: usize, depth: usize| {
            let per_byte = 8 / depth;
            row[x / per_byte] >> (8 - depth * (x % per_byte + 1)) & ((1u16 << depth) - 1) as u8
        };
        let three = |x: usize, size: usize, wide: usize| {
            [row[x * size], row[x * size + wide], row[x * size + 2 * wide]]
        };
        for x in 0..pixels {
            put(
                x,
                match self {
                    Self::Grey(8) => [row[x]; 3],
                    // Pillow's 16-bit grey is clipped, not scaled.
                    Self::Grey(16) => [if row[x * 2] == 0 { row[x * 2 + 1] } else { 255 }; 3],
                    Self::Grey(depth) => {
                        let most = (1u16 << depth) - 1;
                        [(u16::from(narrow(x, depth as usize)) * 255 / most) as u8; 3]
                    }
                    Self::Index(8) => colors[usize::from(row[x])],
                    Self::Index(depth) => colors[usize::from(narrow(x, depth as usize))],
                    Self::GreyAlpha(depth) => [row[x * depth as usize / 4]; 3],
                    Self::Rgb(8) => three(x, 3, 1),
                    Self::Rgb(_) => three(x, 6, 2),
                    Self::Rgba(8) => three(x, 4, 1),
                    Self::Rgba(_) => three(x, 8, 2),
                },
            );
        }
    }
}
