//! Windows bitmaps, read and refused as Pillow reads and refuses them.

use super::{DecodeError, Limits};
use crate::RgbImage;

/// How the bytes of a row are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One bit a pixel: black and white.
    Bit,
    /// A grey level or a palette index of 1, 4 or 8 bits.
    Grey,
    Index(u32),
    /// 16 bits with 5 or 6 bits of green.
    Rgb15,
    Rgb16,
    /// Places of red, green and blue in a pixel of so many bytes.
    Bytes {
        size: usize,
        places: [usize; 3],
    },
}

impl Layout {
    fn bits(self) -> u64 {
        match self {
            Self::Bit => 1,
            Self::Grey => 8,
            Self::Index(bits) => u64::from(bits),
            Self::Rgb15 | Self::Rgb16 => 16,
            Self::Bytes { size, .. } => size as u64 * 8,
        }
    }
}

struct Header {
    width: u32,
    height: u32,
    top_down: bool,
    bits: u32,
    compression: u32,
    masks: [u32; 4],
    colors: u32,
    palette_entry: usize,
    /// Just behind the header and its masks: where a palette would begin.
    end: usize,
    size: u32,
}

const RAW: u32 = 0;
const RLE8: u32 = 1;
const RLE4: u32 = 2;
const BITFIELDS: u32 = 3;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let header = Header::read(bytes)?;
    limits.check(u64::from(header.width), u64::from(header.height))?;
    let mut offset = u64::from(u32_at(bytes, 10)?);
    if offset == 14 + u64::from(header.size) && header.bits <= 8 {
        offset += header.palette_entry as u64 * u64::from(header.colors);
    }
    let mut layout = header.layout()?;
    let mut palette = None;
    let mut end = header.end;
    if let Layout::Index(_) = layout {
        let (found, grey) = read_palette(bytes, &header)?;
        end = (end + header.palette_entry * header.colors as usize).min(bytes.len());
        if grey {
            layout = if header.colors <= 2 { Layout::Bit } else { Layout::Grey };
        } else {
            palette = Some(found?);
        }
    }
    let offset = if offset == 0 { end } else { usize::try_from(offset).unwrap_or(usize::MAX) };
    let data = bytes.get(offset..).unwrap_or_default();
    let (width, height) = (header.width as usize, header.height as usize);
    let (indices, stride);
    let rows = if matches!(header.compression, RLE8 | RLE4) {
        if layout == Layout::Bit {
            return Err(DecodeError::unsupported("a run-length encoded black and white BMP"));
        }
        layout = if palette.is_some() { Layout::Index(8) } else { Layout::Grey };
        indices = read_runs(data, offset, width, height, header.compression == RLE4);
        stride = width;
        &indices[..]
    } else {
        stride = (((header.width as u64 * u64::from(header.bits) + 31) >> 3) & !3) as usize;
        data
    };
    let row_bytes = (header.width as u64 * layout.bits()).div_ceil(8) as usize;
    if stride < row_bytes {
        return Err(DecodeError::broken("the BMP's rows are shorter than its pixels"));
    }
    let needed = stride * (height - 1) + row_bytes;
    if rows.len() < needed {
        return Err(DecodeError::Truncated("BMP"));
    }
    let mut image = RgbImage::black(width, height);
    for y in 0..height {
        let from = if header.top_down { y } else { height - 1 - y };
        let row = &rows[from * stride..from * stride + row_bytes];
        unpack(layout, row, palette.as_ref(), &mut image.pixels_hwc[y * width * 3..(y + 1) * width * 3]);
    }
    Ok(image)
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let size = u32_at(bytes, 14)?;
        let data = bytes.get(18..(14 + size as usize).max(18)).ok_or(DecodeError::Truncated("BMP"))?;
        let mut header = Self {
            width: 0,
            height: 0,
            top_down: false,
            bits: 0,
            compression: RAW,
            masks: [0; 4],
            colors: 0,
            palette_entry: 4,
            end: 14 + size as usize,
            size,
        };
        match size {
            12 => {
                header.width = u32::from(u16_at(data, 0)?);
                header.height = u32::from(u16_at(data, 2)?);
                header.bits = u32::from(u16_at(data, 6)?);
                header.palette_entry = 3;
            }
            40 | 52 | 56 | 64 | 108 | 124 => {
                header.top_down = data[7] == 0xff;
                header.width = u32_at(data, 0)?;
                let height = u32_at(data, 4)?;
                header.height = if header.top_down { height.wrapping_neg() } else { height };
                header.bits = u32::from(u16_at(data, 10)?);
                header.compression = u32_at(data, 12)?;
                header.colors = u32_at(data, 28)?;
                if header.compression == BITFIELDS {
                    header.read_masks(bytes, data)?;
                }
            }
            other => return Err(DecodeError::unsupported(format!("BMP header of {other} bytes"))),
        }
        if header.colors == 0 {
            header.colors = 1u32.checked_shl(header.bits).unwrap_or(0);
        }
        Ok(header)
    }

    fn read_masks(&mut self, bytes: &[u8], data: &[u8]) -> Result<(), DecodeError> {
        let count = if data.len() >= 52 { 4 } else { 3 };
        let (source, start) = if data.len() >= 48 { (data, 36) } else { (bytes, self.end) };
        for index in 0..count {
            self.masks[index] = u32_at(source, start + index * 4)?;
        }
        if data.len() < 48 {
            self.end += 12;
        }
        Ok(())
    }

    fn layout(&self) -> Result<Layout, DecodeError> {
        let bytes = |size, places| Layout::Bytes { size, places };
        let plain = match self.bits {
            1 | 4 | 8 => Layout::Index(self.bits),
            16 => Layout::Rgb15,
            24 => bytes(3, [2, 1, 0]),
            32 => bytes(4, [2, 1, 0]),
            other => return Err(DecodeError::unsupported(format!("BMP of {other} bits a pixel"))),
        };
        match self.compression {
            RAW | RLE8 | RLE4 => Ok(plain),
            BITFIELDS => match (self.bits, self.masks) {
                (32, [0xff0000, 0xff00, 0xff, 0 | 0xff00_0000] | [0, 0, 0, 0]) => Ok(bytes(4, [2, 1, 0])),
                (32, [0xff00_0000, 0xff_0000, 0xff00, 0 | 0xff]) => Ok(bytes(4, [3, 2, 1])),
                (32, [0xff00_0000, 0xff00, 0xff, 0 | 0xff_0000]) => Ok(bytes(4, [3, 1, 0])),
                (32, [0xff, 0xff00, 0xff_0000, 0xff00_0000]) => Ok(bytes(4, [0, 1, 2])),
                (24, [0xff0000, 0xff00, 0xff, _]) => Ok(bytes(3, [2, 1, 0])),
                (16, [0xf800, 0x7e0, 0x1f, _]) => Ok(Layout::Rgb16),
                (16, [0x7c00, 0x3e0, 0x1f, _]) => Ok(Layout::Rgb15),
                _ => Err(DecodeError::unsupported("this layout of BMP bit fields")),
            },
            other => Err(DecodeError::unsupported(format!("BMP compression {other}"))),
        }
    }
}

type Palette = [[u8; 3]; 256];

/// The palette, and whether it is the plain ramp of greys, which is then not looked at.
fn read_palette(bytes: &[u8], header: &Header) -> Result<(Result<Palette, DecodeError>, bool), DecodeError> {
    let colors = header.colors as usize;
    if !(1..=65_536).contains(&colors) {
        return Err(DecodeError::unsupported(format!("BMP palette of {} colours", header.colors)));
    }
    let available = bytes.get(header.end..).unwrap_or_default();
    let entries = &available[..available.len().min(header.palette_entry * colors)];
    let entry = |index: usize| {
        let at = index * header.palette_entry;
        let [blue, green, red] = *entries.get(at..at + 3)? else { return None };
        Some([red, green, blue])
    };
    let grey = (0..colors).all(|index| {
        let level = if colors == 2 { index * 255 } else { index };
        level < 256 && entry(index) == Some([level as u8; 3])
    });
    let whole = entries.len() / header.palette_entry;
    if whole > 256 {
        return Ok((Err(DecodeError::broken("invalid BMP palette size")), grey));
    }
    let mut palette: Palette = [[0; 3]; 256];
    for (index, color) in palette.iter_mut().enumerate().take(whole) {
        *color = entry(index).unwrap_or(*color);
    }
    Ok((Ok(palette), grey))
}

/// Runs to one byte a pixel, in file order. What is missing is left out, so the result may be short.
fn read_runs(data: &[u8], offset: usize, width: usize, height: usize, four_bits: bool) -> Vec<u8> {
    let total = width * height;
    let mut out = Vec::new();
    let mut at = 0;
    let mut x = 0;
    while out.len() < total {
        let Some(&[count, value]) = data.get(at..at + 2) else { break };
        at += 2;
        if count > 0 {
            let count = usize::from(count).min(width.saturating_sub(x));
            out.extend((0..count).map(|index| match (four_bits, index % 2) {
                (false, _) => value,
                (true, 0) => value >> 4,
                (true, _) => value & 15,
            }));
            x += count;
            continue;
        }
        match value {
            0 => {
                out.resize(out.len().next_multiple_of(width), 0);
                x = 0;
            }
            1 => break,
            2 => {
                let Some(&[right, up]) = data.get(at..at + 2) else { break };
                at += 2;
                let step = usize::from(right) + usize::from(up) * width;
                out.resize(out.len() + step.min(total - out.len()), 0);
                x = out.len() % width;
            }
            literal => {
                let count = usize::from(literal).min(total - out.len());
                let size = if four_bits { count.div_ceil(2) } else { count };
                let found = &data[at.min(data.len())..(at + size).min(data.len())];
                at += found.len();
                if four_bits {
                    let nibbles = found.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                    out.extend(nibbles.take(count.min(found.len() * 2)));
                } else {
                    out.extend_from_slice(found);
                }
                if found.len() < size || out.len() == total {
                    break;
                }
                x += usize::from(literal);
                at += (offset + at) % 2;
            }
        }
    }
    out
}

fn unpack(layout: Layout, row: &[u8], palette: Option<&Palette>, out: &mut [u8]) {
    let look_up = |index: u8| palette.map_or([index; 3], |palette| palette[usize::from(index)]);
    for (x, pixel) in out.chunks_exact_mut(3).enumerate() {
        pixel.copy_from_slice(&match layout {
            Layout::Bit => [if row[x / 8] >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }; 3],
            Layout::Grey => [row[x]; 3],
            Layout::Index(1) => look_up(row[x / 8] >> (7 - x % 8) & 1),
            Layout::Index(4) => look_up(row[x / 2] >> (4 - x % 2 * 4) & 15),
            Layout::Index(_) => look_up(row[x]),
            Layout::Rgb15 => {
                spread(u16::from_le_bytes([row[x * 2], row[x * 2 + 1]]), [(10, 31), (5, 31), (0, 31)])
            }
            Layout::Rgb16 => {
                spread(u16::from_le_bytes([row[x * 2], row[x * 2 + 1]]), [(11, 31), (5, 63), (0, 31)])
            }
            Layout::Bytes { size, places } => places.map(|place| row[x * size + place]),
        });
    }
}

fn spread(value: u16, fields: [(u32, u32); 3]) -> [u8; 3] {
    fields.map(|(shift, most)| ((u32::from(value) >> shift & most) * 255 / most) as u8)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, DecodeError> {
    let pair = bytes.get(at..at + 2).ok_or(DecodeError::Truncated("BMP"))?;
    Ok(u16::from_le_bytes([pair[0], pair[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, DecodeError> {
    let four = bytes.get(at..at + 4).ok_or(DecodeError::Truncated("BMP"))?;
    Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}
