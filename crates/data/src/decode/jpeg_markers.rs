//! The walk over a JPEG's markers that Pillow makes before it decodes: size, and what it refuses.

use super::DecodeError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegMarkers {
    pub width: u16,
    pub height: u16,
    /// The TIFF structure of the `Exif` segments, joined.
    pub exif: Vec<u8>,
}

impl JpegMarkers {
    /// Walks to the start of the first scan. Errors are those of Pillow's `JpegImageFile`.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, at: 3 };
        let mut markers = Self { width: 0, height: 0, exif: Vec::new() };
        let mut layers = 0;
        let mut pending = Some(0xffu8);
        loop {
            let Some(first) = pending else { return Err(no_scan()) };
            if first != 0xff {
                pending = reader.byte();
                continue;
            }
            let Some(second) = reader.byte() else { return Err(no_scan()) };
            match second {
                0x00 => pending = reader.byte(),
                0xff => pending = Some(0xff),
                0x01..=0xbf => return Err(DecodeError::broken("no marker found")),
                0xc8 | 0xd0..=0xd9 | 0xf0..=0xfd => pending = reader.byte(),
                0xda => {
                    reader.segment()?;
                    break;
                }
                _ => {
                    let segment = reader.segment()?;
                    match second {
                        0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xde => {
                            layers = markers.frame(segment)?
                        }
                        0xdb => check_quantization(segment)?,
                        0xe1 if segment.starts_with(b"Exif\0\0") => {
                            markers.exif.extend_from_slice(&segment[6..])
                        }
                        _ => {}
                    }
                    pending = reader.byte();
                }
            }
        }
        if layers == 0 {
            return Err(DecodeError::broken("a scan without a frame header"));
        }
        Ok(markers)
    }

    fn frame(&mut self, segment: &[u8]) -> Result<u8, DecodeError> {
        let &[precision, h1, h0, w1, w0, layers, ..] = segment else {
            return Err(DecodeError::Truncated("JPEG"));
        };
        self.width = u16::from_be_bytes([w1, w0]);
        self.height = u16::from_be_bytes([h1, h0]);
        if precision != 8 {
            return Err(DecodeError::unsupported(format!("{precision}-bit JPEG")));
        }
        if !matches!(layers, 1 | 3 | 4) {
            return Err(DecodeError::unsupported(format!("JPEG with {layers} components")));
        }
        Ok(layers)
    }
}

fn check_quantization(mut segment: &[u8]) -> Result<(), DecodeError> {
    while let [first, ..] = segment {
        let length = 1 + if first >> 4 == 0 { 64 } else { 128 };
        segment =
            segment.get(length..).ok_or_else(|| DecodeError::broken("bad quantization table marker"))?;
    }
    Ok(())
}

fn no_scan() -> DecodeError {
    DecodeError::broken("no image data found in the JPEG")
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn segment(&mut self) -> Result<&'a [u8], DecodeError> {
        let truncated = || DecodeError::Truncated("JPEG");
        let length = self.bytes.get(self.at..self.at + 2).ok_or_else(truncated)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).saturating_sub(2);
        let start = self.at + 2;
        self.at = start + length;
        self.bytes.get(start..self.at).ok_or_else(truncated)
    }
}
