//! The first frame of a GIF on its canvas, read and refused as Pillow reads and refuses it.

use super::{DecodeError, Limits, gif_lzw};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let frame = Frame::read(bytes)?;
    limits.check(frame.canvas.0 as u64, frame.canvas.1 as u64)?;
    if frame.width == 0 || frame.height == 0 {
        return Err(DecodeError::broken("a GIF frame without pixels"));
    }
    let (width, height) = frame.canvas;
    let mut indices = vec![frame.transparent.unwrap_or(0); width * height];
    let mut target = gif_lzw::Target {
        pixels: &mut indices,
        stride: width,
        left: frame.left,
        top: frame.top,
        width: frame.width,
        height: frame.height,
    };
    gif_lzw::decode(&bytes[frame.data..], frame.bits, frame.interlaced, &mut target)?;
    let mut colors = [[0u8; 3]; 256];
    match &frame.palette {
        Some(palette) => {
            for (color, entry) in colors.iter_mut().zip(palette.chunks_exact(3)) {
                color.copy_from_slice(entry);
            }
        }
        None => colors = std::array::from_fn(|level| [level as u8; 3]),
    }
    let pixels = indices.iter().flat_map(|index| colors[usize::from(*index)]).collect();
    Ok(RgbImage::new(width, height, pixels))
}

/// What stands before the first frame's pixels.
struct Frame<'a> {
    /// Width and height, grown where the frame does not fit.
    canvas: (usize, usize),
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    interlaced: bool,
    transparent: Option<u8>,
    /// `None`: indices are grey levels.
    palette: Option<&'a [u8]>,
    /// Bits of a symbol at the start.
    bits: u8,
    /// Where the pixel data begins.
    data: usize,
}

impl<'a> Frame<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, at: 13 };
        let &[w0, w1, h0, h1, flags, ..] = bytes.get(6..13).ok_or_else(no_frame)? else {
            return Err(no_frame());
        };
        let screen = (usize::from(u16::from_le_bytes([w0, w1])), usize::from(u16::from_le_bytes([h0, h1])));
        let global = if flags & 128 != 0 { Some(reader.palette(flags)) } else { None };
        let mut transparent = None;
        loop {
            match reader.take(1) {
                [] | [b';'] => return Err(no_frame()),
                [b'!'] => {
                    let &[label] = reader.take(1) else { return Err(no_frame()) };
                    let block = reader.block();
                    match (label, block) {
                        (249, Some(block)) => {
                            let &[flags, _, _, ref rest @ ..] = block else { return Err(no_frame()) };
                            if flags & 1 != 0 {
                                transparent = Some(*rest.first().ok_or_else(no_frame)?);
                            }
                        }
                        (254, None) => continue,
                        _ => {}
                    }
                    while reader.block().is_some() {}
                }
                [b','] => break,
                _ => {}
            }
        }
        let &[x0, x1, y0, y1, w0, w1, h0, h1, flags] = reader.take(9) else { return Err(no_frame()) };
        let number = |low, high| usize::from(u16::from_le_bytes([low, high]));
        let (left, top, width, height) = (number(x0, x1), number(y0, y1), number(w0, w1), number(h0, h1));
        let local = if flags & 128 != 0 { Some(reader.palette(flags)) } else { None };
        let palette = local.or(global).filter(|palette| !is_ramp(palette));
        let &[bits] = reader.take(1) else { return Err(no_frame()) };
        let canvas = (screen.0.max(left + width), screen.1.max(top + height));
        let interlaced = flags & 64 != 0;
        Ok(Self { canvas, left, top, width, height, interlaced, transparent, palette, bits, data: reader.at })
    }
}

/// Entry i is the grey level i, so that no palette is needed.
fn is_ramp(palette: &[u8]) -> bool {
    palette
        .chunks(3)
        .enumerate()
        .all(|(index, entry)| entry.len() == 3 && entry.iter().all(|value| usize::from(*value) == index))
}

fn no_frame() -> DecodeError {
    DecodeError::broken("no image found in the GIF")
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next bytes; fewer at the end of the file.
    fn take(&mut self, count: usize) -> &'a [u8] {
        let end = (self.at + count).min(self.bytes.len());
        let taken = &self.bytes[self.at.min(end)..end];
        self.at = end;
        taken
    }

    fn palette(&mut self, flags: u8) -> &'a [u8] {
        self.take(3 << ((flags & 7) + 1))
    }

    /// The next data block; `None` for the empty one that ends a chain.
    fn block(&mut self) -> Option<&'a [u8]> {
        match self.take(1) {
            [] | [0] => None,
            length => Some(self.take(usize::from(length[0]))),
        }
    }
}
