//! From a file to the pixels that a pipeline makes of it; one reader for each thread.

use std::path::Path;

use classifier_spec::{Fault, FaultKind};

use crate::{
    Draw, Pipeline, RgbImage, RgbView, Workspace,
    decode::{self, DecodeError, ImageFormat, JpegDecoder, Limits, Orientation, Region},
    transform::Cropped,
};

/// Holds a decoder and memory, which are used again from image to image. Of a JPEG only the part that the pipeline needs is decoded.
pub struct ImageReader {
    jpeg: JpegDecoder,
    workspace: Workspace,
    file: Vec<u8>,
    /// The last decoded part of an image; longer than that.
    pixels: Vec<u8>,
    limits: Limits,
}

/// Decoded pixels, whole or the part that is needed, in memory of one kind or another.
pub(crate) enum Decoded<'a> {
    Whole(RgbImage),
    /// What the reader's `pixels` hold of an image of that height and width, and the pipeline's crop of it.
    Part {
        held: Region,
        crop: Region,
        size: (usize, usize),
    },
    /// A cache's.
    Borrowed(RgbView<'a>),
}

impl ImageReader {
    pub fn new() -> Result<Self, Fault> {
        let jpeg = JpegDecoder::new().map_err(|error| Fault::new(FaultKind::Bug, error.to_string()))?;
        Ok(Self {
            jpeg,
            workspace: Workspace::default(),
            file: Vec::new(),
            pixels: Vec::new(),
            limits: Limits::default(),
        })
    }

    /// Reads, decodes and transforms a file into `out_hwc`; the failure names it.
    pub fn read(
        &mut self,
        path: &Path,
        exif_transpose: bool,
        pipeline: &Pipeline,
        draw: Draw,
        out_hwc: &mut [u8],
    ) -> Result<(), Fault> {
        let mut file = std::mem::take(&mut self.file);
        let decoded = decode::read_file_into(path, &mut file)
            .and_then(|()| self.decode(&file, exif_transpose, |size| pipeline.crop(size, &draw)));
        self.file = file;
        decoded
            .map_err(|error| error.fault(path))
            .and_then(|decoded| self.transform(decoded, pipeline, draw, out_hwc))
            .map_err(|fault| named(fault, path))
    }

    /// Decodes the part of a file's image that `crop` tells for its height and width; all of it for none.
    pub(crate) fn decode(
        &mut self,
        bytes: &[u8],
        exif_transpose: bool,
        crop: impl FnOnce((usize, usize)) -> Option<Region>,
    ) -> Result<Decoded<'static>, DecodeError> {
        let format = ImageFormat::of(bytes)?;
        let turned = || exif_transpose && Orientation::of(bytes, format) != Orientation::UPRIGHT;
        if format != ImageFormat::Jpeg || turned() {
            return decode::decode(bytes, &self.limits, exif_transpose).map(Decoded::Whole);
        }
        let (width, height) = JpegDecoder::probe(bytes, &self.limits)?;
        let all = Region { x: 0, y: 0, width, height };
        let Some(crop) = crop((height, width)) else {
            let mut pixels = self.workspace.bytes(width * height * 3);
            self.jpeg.decode_region(bytes, all, &mut pixels)?;
            return Ok(Decoded::Whole(RgbImage::new(width, height, pixels)));
        };
        // A file that may be truncated is decoded whole, so that it is refused whatever the crop.
        let wanted = if decode::jpeg::ends_properly(bytes) { crop } else { all };
        let held = self.jpeg.decode_region(bytes, wanted, &mut self.pixels)?;
        Ok(Decoded::Part { held, crop, size: (height, width) })
    }

    pub(crate) fn transform(
        &mut self,
        decoded: Decoded,
        pipeline: &Pipeline,
        draw: Draw,
        out_hwc: &mut [u8],
    ) -> Result<(), Fault> {
        let workspace = &mut self.workspace;
        match decoded {
            Decoded::Whole(image) => pipeline.apply_with(image, draw, out_hwc, workspace),
            Decoded::Part { held, crop, size } => {
                let part = &self.pixels[..held.width * held.height * 3];
                let part = RgbView::new(held.width, held.height, part);
                let at = Region { x: crop.x - held.x, y: crop.y - held.y, ..crop };
                pipeline.apply_crop(Cropped { part, at, region: crop, size }, draw, out_hwc, workspace)
            }
            Decoded::Borrowed(part) => {
                let size = (part.height, part.width);
                match pipeline.crop(size, &draw) {
                    Some(region) => {
                        let crop = Cropped { part, at: region, region, size };
                        pipeline.apply_crop(crop, draw, out_hwc, workspace)
                    }
                    None => pipeline.apply_with(workspace.copy(part), draw, out_hwc, workspace),
                }
            }
        }
    }
}

/// A transform's complaint about an image, with the image's name.
pub(crate) fn named(mut fault: Fault, path: &Path) -> Fault {
    if fault.details["path"].is_null() {
        let reason = fault.message.clone();
        if !fault.details.is_object() {
            fault.details = serde_json::json!({});
        }
        fault.details["reason"] = reason.into();
        fault.details["path"] = path.to_string_lossy().into();
        fault.message = format!("{}: {}", path.display(), fault.message);
    }
    fault
}
