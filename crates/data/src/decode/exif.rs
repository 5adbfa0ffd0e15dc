//! The EXIF orientation.

use super::{ImageFormat, jpeg_markers::JpegMarkers};
use crate::RgbImage;

/// How a camera was held, as the EXIF tag 0x0112 numbers it (1 … 8); 1 is upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(pub u8);

impl Orientation {
    pub const UPRIGHT: Self = Self(1);

    /// The orientation that a file names; upright where it names none or a wrong one.
    pub fn of(bytes: &[u8], format: ImageFormat) -> Self {
        let tiff = match format {
            ImageFormat::Jpeg => JpegMarkers::read(bytes).ok().map(|markers| markers.exif),
            ImageFormat::Png => png_exif(bytes),
            ImageFormat::Webp => webp_exif(bytes),
            // A TIFF's own orientation is always applied, as Pillow does.
            ImageFormat::Tiff | ImageFormat::Bmp | ImageFormat::Gif => None,
        };
        tiff.and_then(|tiff| from_tiff(&tiff)).unwrap_or(Self::UPRIGHT)
    }

    /// Whether width and height change places.
    pub fn transposes(self) -> bool {
        self.0 >= 5
    }

    /// The image turned upright.
    pub fn apply(self, image: RgbImage) -> RgbImage {
        if !matches!(self.0, 2..=8) {
            return image;
        }
        let (w, h) = (image.width, image.height);
        let (width, height) = if self.transposes() { (h, w) } else { (w, h) };
        let mut out = RgbImage::black(width, height);
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match self.0 {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                let at = (y * width + x) * 3;
                out.pixels_hwc[at..at + 3].copy_from_slice(&image.pixel(from_x, from_y));
            }
        }
        out
    }
}

/// Tag 0x0112 of the first directory of a TIFF structure.
pub fn from_tiff(tiff: &[u8]) -> Option<Orientation> {
    let (_, value) = tiff_short(tiff, 0x0112)?;
    (1..=8).contains(&value).then_some(Orientation(value as u8))
}

/// Where the 16-bit value of a tag of the first directory stands, and the value.
pub fn tiff_short(tiff: &[u8], tag: u16) -> Option<(usize, u16)> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let pair = tiff.get(at..at.checked_add(2)?)?;
        Some(if big {
            u16::from_be_bytes([pair[0], pair[1]])
        } else {
            u16::from_le_bytes([pair[0], pair[1]])
        })
    };
    let offset = tiff.get(4..8)?;
    let offset = [offset[0], offset[1], offset[2], offset[3]];
    let directory = if big { u32::from_be_bytes(offset) } else { u32::from_le_bytes(offset) } as usize;
    let entries = usize::from(u16_at(directory)?);
    (0..entries)
        .map(|entry| directory + 2 + entry * 12)
        .find_map(|at| (u16_at(at)? == tag && u16_at(at + 2)? == 3).then_some((at + 8, u16_at(at + 8)?)))
}

fn png_exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 8;
    loop {
        let length = bytes.get(at..at + 4)?;
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let data = bytes.get(at + 8..at.checked_add(8)?.checked_add(length)?)?;
        match bytes.get(at + 4..at + 8)? {
            b"eXIf" => return Some(data.to_vec()),
            b"IEND" => return None,
            _ => at += 12 + length,
        }
    }
}

fn webp_exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 12;
    loop {
        let length = bytes.get(at + 4..at + 8)?;
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let data = bytes.get(at + 8..at.checked_add(8)?.checked_add(length)?)?;
        if bytes.get(at..at + 4)? == b"EXIF" {
            return Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data).to_vec());
        }
        at += 8 + length + (length & 1);
    }
}
