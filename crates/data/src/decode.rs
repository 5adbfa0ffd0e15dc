//! Files to RGB pixels, the same that Pillow's `Image.open(file).convert("RGB")` gives, or a refusal.

mod bmp;
mod error;
mod exif;
mod format;
mod gif;
mod gif_lzw;
pub(crate) mod jpeg;
mod jpeg_markers;
mod limits;
mod png;
mod tiff;
mod webp;

use std::{
    fs::File,
    io::Read,
    os::unix::fs::FileExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use classifier_spec::Fault;

pub use error::DecodeError;
pub use exif::Orientation;
pub use format::ImageFormat;
pub use jpeg::{JpegDecoder, JpegFrame, Region, encode_jpeg};
pub use limits::Limits;

use crate::{RgbImage, shard};

/// No image within the limits needs more.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads and decodes a file; the failure names it.
pub fn decode_file(path: &Path, limits: &Limits, exif_transpose: bool) -> Result<RgbImage, Fault> {
    read_file(path)
        .and_then(|bytes| decode(&bytes, limits, exif_transpose))
        .map_err(|error| error.fault(path))
}

/// The bytes of an image file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    read_file_into(path, &mut bytes)?;
    Ok(bytes)
}

/// [`read_file`] into memory that is there already.
pub fn read_file_into(path: &Path, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
    bytes.clear();
    let place = shard::place(path);
    let read = File::open(place.as_ref().map_or(path, |place| place.shard)).and_then(|mut file| {
        let length = place.as_ref().map_or(file.metadata()?.len(), |place| place.size);
        if length > MAX_FILE_BYTES {
            return Ok(Err(DecodeError::Limit(format!("a file of {} MB", length >> 20))));
        }
        bytes.try_reserve(length as usize + 1)?;
        if let Some(place) = place {
            bytes.resize(length as usize, 0);
            file.read_exact_at(bytes, place.offset)?;
            return Ok(Ok(()));
        }
        file.read_to_end(bytes)?;
        Ok(Ok(()))
    });
    read.map_err(|error| DecodeError::Io(error.to_string()))?
}

/// Decodes an image, its format told by content. With `exif_transpose`, an EXIF orientation is applied.
pub fn decode(bytes: &[u8], limits: &Limits, exif_transpose: bool) -> Result<RgbImage, DecodeError> {
    let format = ImageFormat::of(bytes)?;
    let image = match format {
        ImageFormat::Jpeg => jpeg::decode(bytes, limits),
        ImageFormat::Png => png::decode(bytes, limits),
        ImageFormat::Webp => contained(|| webp::decode(bytes, limits)),
        ImageFormat::Bmp => bmp::decode(bytes, limits),
        ImageFormat::Gif => gif::decode(bytes, limits),
        ImageFormat::Tiff => contained(|| tiff::decode(bytes, limits)),
    }?;
    Ok(if exif_transpose { Orientation::of(bytes, format).apply(image) } else { image })
}

/// A decoder that is not ours: should it panic on damage, that is a refusal.
fn contained(decode: impl FnOnce() -> Result<RgbImage, DecodeError>) -> Result<RgbImage, DecodeError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(DecodeError::broken("its decoder gave up")))
}
