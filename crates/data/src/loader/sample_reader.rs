//! From a sample to its place in a batch; one for each thread.

use std::{sync::atomic::Ordering, time::Duration};

use classifier_spec::Fault;

use super::Shared;
use crate::{
    Draw, RgbImage, Workspace,
    decode::{self, DecodeError, ImageFormat, JpegDecoder, Limits, Region},
};

pub struct SampleReader {
    jpeg: JpegDecoder,
    workspace: Workspace,
    file: Vec<u8>,
    limits: Limits,
}

/// An image, or the part of it that is needed, with the place of the crop in it.
enum Decoded {
    Whole(RgbImage),
    Part(RgbImage, Region),
}

impl SampleReader {
    pub fn new() -> Result<Self, Fault> {
        let jpeg = JpegDecoder::new()
            .map_err(|error| Fault::new(classifier_spec::FaultKind::Bug, error.to_string()))?;
        Ok(Self { jpeg, workspace: Workspace::default(), file: Vec::new(), limits: Limits::default() })
    }

    /// Reads, decodes and transforms one sample into `out_hwc`.
    pub fn read(&mut self, shared: &Shared, draw: Draw, out_hwc: &mut [u8]) -> Result<(), Fault> {
        let path = shared.dataset.path(shared.split, draw.sample);
        let begin = thread_time();
        let decoded = self.decode(shared, draw, &path).map_err(|error| error.fault(&path));
        let middle = thread_time();
        let pipeline = &shared.pipeline;
        let result = decoded.and_then(|decoded| match decoded {
            Decoded::Whole(image) => pipeline.apply_with(image, draw, out_hwc, &mut self.workspace),
            Decoded::Part(image, at) => pipeline.apply_crop(image, at, draw, out_hwc, &mut self.workspace),
        });
        let nanos = |time: Duration| time.as_nanos() as u64;
        shared.decode_nanos.fetch_add(nanos(middle - begin), Ordering::Relaxed);
        shared.transform_nanos.fetch_add(nanos(thread_time() - middle), Ordering::Relaxed);
        result.map_err(|fault| named(fault, &path))
    }

    fn decode(
        &mut self,
        shared: &Shared,
        draw: Draw,
        path: &std::path::Path,
    ) -> Result<Decoded, DecodeError> {
        decode::read_file_into(path, &mut self.file)?;
        let bytes = &self.file[..];
        let exif_transpose = shared.dataset.exif_transpose();
        if exif_transpose || ImageFormat::of(bytes)? != ImageFormat::Jpeg {
            return decode::decode(bytes, &self.limits, exif_transpose).map(Decoded::Whole);
        }
        let (width, height) = JpegDecoder::probe(bytes, &self.limits)?;
        let whole = Region { x: 0, y: 0, width, height };
        let wanted =
            shared.pipeline.crop((height, width), &draw).filter(|_| decode::jpeg::ends_properly(bytes));
        let mut pixels = self.workspace.bytes(0);
        let region = self.jpeg.decode_region(bytes, wanted.unwrap_or(whole), &mut pixels)?;
        let image = RgbImage::new(region.width, region.height, pixels);
        Ok(match wanted {
            Some(crop) => Decoded::Part(image, Region { x: crop.x - region.x, y: crop.y - region.y, ..crop }),
            None => Decoded::Whole(image),
        })
    }
}

/// A transform's complaint about an image, with the image's name.
fn named(mut fault: Fault, path: &std::path::Path) -> Fault {
    if fault.details["path"].is_null() {
        if fault.details["reason"].is_null() {
            fault.details["reason"] = fault.message.clone().into();
        }
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
