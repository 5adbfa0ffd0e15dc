//! From a sample to its place in a batch; one for each thread.

use std::{sync::atomic::Ordering, time::Duration};

use classifier_spec::Fault;

use super::Shared;
use crate::{
    Draw,
    cache::{Cached, Wish},
    decode::{self, DecodeError},
    image_reader::{Decoded, ImageReader, named},
};

pub struct SampleReader {
    images: ImageReader,
    file: Vec<u8>,
}

impl SampleReader {
    pub fn new() -> Result<Self, Fault> {
        Ok(Self { images: ImageReader::new()?, file: Vec::new() })
    }

    /// Reads, decodes and transforms one sample into `out_hwc`.
    pub fn read(&mut self, shared: &Shared, draw: Draw, out_hwc: &mut [u8]) -> Result<(), Fault> {
        let path = || shared.dataset.path(shared.split, draw.sample);
        let begin = thread_time();
        let decoded = self.decode(shared, draw);
        let middle = thread_time();
        let result = decoded
            .map_err(|error| error.fault(&path()))
            .and_then(|decoded| self.images.transform(decoded, &shared.pipeline, draw, out_hwc))
            .map_err(|fault| named(fault, &path()));
        let nanos = |time: Duration| time.as_nanos() as u64;
        shared.decode_nanos.fetch_add(nanos(middle - begin), Ordering::Relaxed);
        shared.transform_nanos.fetch_add(nanos(thread_time() - middle), Ordering::Relaxed);
        result
    }

    fn decode<'a>(&mut self, shared: &'a Shared, draw: Draw) -> Result<Decoded<'a>, DecodeError> {
        let Shared { cache, dataset, split, pipeline, .. } = shared;
        let exif_transpose = dataset.exif_transpose();
        match cache.get(draw.sample, dataset, *split) {
            Some(Cached::Pixels(view)) => return Ok(Decoded::Borrowed(view)),
            Some(Cached::File(bytes)) => {
                return self.images.decode(bytes, exif_transpose, |size| pipeline.crop(size, &draw));
            }
            None => {}
        }
        decode::read_file_into(&dataset.path(*split, draw.sample), &mut self.file)?;
        let wish = cache.wish(draw.sample);
        // Who keeps the pixels keeps all of them.
        let crop = |size| if wish == Wish::Pixels { None } else { pipeline.crop(size, &draw) };
        let decoded = self.images.decode(&self.file, exif_transpose, crop)?;
        match (&decoded, wish) {
            (Decoded::Whole(image), Wish::Pixels) => {
                cache.put_pixels(draw.sample, image.view(), dataset, *split);
            }
            (_, Wish::File) => cache.put_file(draw.sample, &self.file),
            _ => {}
        }
        Ok(decoded)
    }
}

/// CPU time of the calling thread.
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec; the clock exists on Linux and macOS.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
