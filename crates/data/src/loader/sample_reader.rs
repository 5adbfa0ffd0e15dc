//! From a sample to its place in a batch; one for each thread.

use std::{sync::atomic::Ordering, time::Duration};

use classifier_spec::{Fault, FaultKind};

use super::Shared;
use crate::{
    Draw, RgbImage, RgbView, Workspace,
    cache::{Cached, Wish},
    decode::{self, DecodeError, ImageFormat, JpegDecoder, Limits, Region},
    transform::Cropped,
};

pub struct SampleReader {
    jpeg: JpegDecoder,
    workspace: Workspace,
    file: Vec<u8>,
    /// The last decoded part of an image; longer than that.
    pixels: Vec<u8>,
    limits: Limits,
}

/// Decoded pixels, whole or the part that is needed, in memory of one kind or another.
enum Decoded<'a> {
    Whole(RgbImage),
    /// What the reader's `pixels` hold of an image of that height and width, and the pipeline's crop of it.
    Part {
        held: Region,
        crop: Region,
        size: (usize, usize),
    },
    /// The cache's.
    Borrowed(RgbView<'a>),
}

impl SampleReader {
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

    /// Reads, decodes and transforms one sample into `out_hwc`.
    pub fn read(&mut self, shared: &Shared, draw: Draw, out_hwc: &mut [u8]) -> Result<(), Fault> {
        let begin = thread_time();
        let decoded = self.decode(shared, draw);
        let middle = thread_time();
        let result = decoded
            .map_err(|error| error.fault(&shared.dataset.path(shared.split, draw.sample)))
            .and_then(|decoded| self.transform(shared, draw, decoded, out_hwc))
            .map_err(|fault| named(fault, shared, draw));
        let nanos = |time: Duration| time.as_nanos() as u64;
        shared.decode_nanos.fetch_add(nanos(middle - begin), Ordering::Relaxed);
        shared.transform_nanos.fetch_add(nanos(thread_time() - middle), Ordering::Relaxed);
        result
    }

    fn decode<'a>(&mut self, shared: &'a Shared, draw: Draw) -> Result<Decoded<'a>, DecodeError> {
        let Shared { cache, dataset, split, .. } = shared;
        match cache.get(draw.sample, dataset, *split) {
            Some(Cached::Pixels(view)) => return Ok(Decoded::Borrowed(view)),
            Some(Cached::File(bytes)) => return self.decode_bytes(bytes, shared, draw, false),
            None => {}
        }
        let mut file = std::mem::take(&mut self.file);
        let read = decode::read_file_into(&dataset.path(*split, draw.sample), &mut file);
        let wish = cache.wish(draw.sample);
        let decoded = read.and_then(|()| self.decode_bytes(&file, shared, draw, wish == Wish::Pixels));
        match (&decoded, wish) {
            (Ok(Decoded::Whole(image)), Wish::Pixels) => {
                cache.put_pixels(draw.sample, image.view(), dataset, *split);
            }
            (Ok(_), Wish::File) => cache.put_file(draw.sample, &file),
            _ => {}
        }
        self.file = file;
        decoded
    }

    /// Decodes a file's bytes: all of it if `whole`, else what the pipeline needs.
    fn decode_bytes<'a>(
        &mut self,
        bytes: &[u8],
        shared: &Shared,
        draw: Draw,
        whole: bool,
    ) -> Result<Decoded<'a>, DecodeError> {
        let exif_transpose = shared.dataset.exif_transpose();
        if exif_transpose || ImageFormat::of(bytes)? != ImageFormat::Jpeg {
            return decode::decode(bytes, &self.limits, exif_transpose).map(Decoded::Whole);
        }
        let (width, height) = JpegDecoder::probe(bytes, &self.limits)?;
        let all = Region { x: 0, y: 0, width, height };
        let crop = if whole { None } else { shared.pipeline.crop((height, width), &draw) };
        let Some(crop) = crop else {
            let mut pixels = self.workspace.bytes(width * height * 3);
            self.jpeg.decode_region(bytes, all, &mut pixels)?;
            return Ok(Decoded::Whole(RgbImage::new(width, height, pixels)));
        };
        // A file that may be truncated is decoded whole, so that it is refused whatever the crop.
        let wanted = if decode::jpeg::ends_properly(bytes) { crop } else { all };
        let held = self.jpeg.decode_region(bytes, wanted, &mut self.pixels)?;
        Ok(Decoded::Part { held, crop, size: (height, width) })
    }

    fn transform(
        &mut self,
        shared: &Shared,
        draw: Draw,
        decoded: Decoded,
        out_hwc: &mut [u8],
    ) -> Result<(), Fault> {
        let (pipeline, workspace) = (&shared.pipeline, &mut self.workspace);
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
fn named(mut fault: Fault, shared: &Shared, draw: Draw) -> Fault {
    if fault.details["path"].is_null() {
        let path = shared.dataset.path(shared.split, draw.sample);
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

/// CPU time of the calling thread.
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec; the clock exists on Linux and macOS.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
