//! Tells formats by their first bytes.

use super::DecodeError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    Jpeg,
    Png,
    Webp,
    Bmp,
    Gif,
    Tiff,
}

impl ImageFormat {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
        }
    }

    /// The format of a file that begins with `bytes`; names a known format that is not on the list.
    pub fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        if starts(b"\xff\xd8\xff") {
            Ok(Self::Jpeg)
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Ok(Self::Gif)
        } else if starts(b"BM") {
            Ok(Self::Bmp)
        } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Ok(Self::Webp)
        } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"II\0*", b"MM*\0"]
            .iter()
            .any(|magic| starts(*magic))
        {
            Ok(Self::Tiff)
        } else {
            Err(refusal(bytes))
        }
    }
}

fn refusal(bytes: &[u8]) -> DecodeError {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let brand = bytes.get(4..12).unwrap_or_default();
    let name = if bytes.is_empty() {
        return DecodeError::Format("the file is empty".into());
    } else if starts(b"\xff\x4f\xff\x51") || bytes.get(4..8) == Some(b"jP  ") {
        "JPEG 2000"
    } else if starts(b"\xff\x0a") || bytes.get(4..8) == Some(b"JXL ") {
        "JPEG XL"
    } else if brand.starts_with(b"ftyp") && (brand.ends_with(b"avif") || brand.ends_with(b"avis")) {
        "AVIF"
    } else if brand.starts_with(b"ftyp") {
        "HEIF or a video"
    } else if starts(b"\0\0\x01\0") || starts(b"\0\0\x02\0") {
        "ICO"
    } else if starts(b"8BPS") {
        "Photoshop"
    } else if starts(b"%PDF") {
        "PDF"
    } else if matches!(bytes, [b'P', b'1'..=b'7' | b'f' | b'F', ..]) {
        "PNM"
    } else if starts(b"<svg") || starts(b"<?xml") {
        "SVG or XML"
    } else if starts(b"version https://git-lfs") {
        return DecodeError::Format(
            "this is a Git LFS pointer, not the image itself: fetch it with `git lfs pull`".into(),
        );
    } else {
        return DecodeError::Format("not an image of a known format".into());
    };
    DecodeError::Format(format!("{name} is not among the supported formats"))
}
