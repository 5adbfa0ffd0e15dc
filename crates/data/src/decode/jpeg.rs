//! JPEG through libjpeg-turbo: the same pixels as Pillow, whole or a region.

use std::{
    ffi::{CStr, c_char, c_int},
    ptr::NonNull,
};

use super::{DecodeError, Limits, jpeg_markers::JpegMarkers};
use crate::RgbImage;

// Linked for its objects: `native/jpeg.c` calls libjpeg's functions in it.
use turbojpeg_sys as _;

const OK: c_int = 0;
const TRUNCATED: c_int = 1;
const LIMIT: c_int = 3;
const MEMORY: c_int = 4;

/// Scans times pixels that a progressive file may cost; a real one has about ten scans.
const MAX_SCAN_PIXELS: u64 = 4_000_000_000;

#[repr(C)]
struct RawDecoder {
    _opaque: [u8; 0],
}

/// What libjpeg reads from a header.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JpegFrame {
    pub width: i32,
    pub height: i32,
    pub components: i32,
    /// The grid that a region's left edge must lie on.
    pub mcu_width: i32,
    pub mcu_height: i32,
    progressive: i32,
}

unsafe extern "C" {
    fn ct_jpeg_decoder_new() -> *mut RawDecoder;
    fn ct_jpeg_decoder_free(decoder: *mut RawDecoder);
    fn ct_jpeg_message(decoder: *const RawDecoder) -> *const c_char;
    fn ct_jpeg_begin(decoder: *mut RawDecoder, data: *const u8, size: usize, frame: *mut JpegFrame) -> c_int;
    fn ct_jpeg_decode(
        decoder: *mut RawDecoder,
        x: i32,
        y: i32,
        w: i32,
        h: i32,
        cmyk: i32,
        max_scans: i32,
        out: *mut u8,
        stride: usize,
    ) -> c_int;
    fn ct_jpeg_encode(
        rgb: *const u8,
        width: i32,
        height: i32,
        stride: usize,
        quality: i32,
        out: *mut *mut u8,
        size: *mut usize,
    ) -> c_int;
    fn ct_jpeg_release(buffer: *mut u8);
}

/// A rectangle of an image, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// libjpeg's state, reused from image to image; one for each thread.
pub struct JpegDecoder {
    raw: NonNull<RawDecoder>,
    cmyk: Vec<u8>,
}

// SAFETY: the C state is owned by this value alone and tied to no thread.
unsafe impl Send for JpegDecoder {}

impl Drop for JpegDecoder {
    fn drop(&mut self) {
        // SAFETY: made by `ct_jpeg_decoder_new`, freed once.
        unsafe { ct_jpeg_decoder_free(self.raw.as_ptr()) }
    }
}

impl JpegDecoder {
    pub fn new() -> Result<Self, DecodeError> {
        // SAFETY: no preconditions; null means out of memory.
        let raw = NonNull::new(unsafe { ct_jpeg_decoder_new() });
        Ok(Self { raw: raw.ok_or_else(out_of_memory)?, cmyk: Vec::new() })
    }

    /// The size of an image as its markers tell, after all checks that need no decoding.
    pub fn probe(bytes: &[u8], limits: &Limits) -> Result<(usize, usize), DecodeError> {
        let markers = JpegMarkers::read(bytes)?;
        limits.check(u64::from(markers.width), u64::from(markers.height))?;
        Ok((markers.width as usize, markers.height as usize))
    }

    /// Decodes the whole image.
    pub fn decode(&mut self, bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
        let (width, height) = Self::probe(bytes, limits)?;
        let mut pixels = Vec::new();
        let region = Region { x: 0, y: 0, width, height };
        self.decode_region(bytes, region, &mut pixels)?;
        pixels.truncate(width * height * 3);
        Ok(RgbImage::new(width, height, pixels))
    }

    /// Decodes at least `wanted` into `pixels` and says which region they are: `wanted`, its left edge moved to the
    /// grid of blocks. Pixels are those of the whole image's decode; `pixels` grows as needed and is never shortened. The
    /// image was probed before.
    pub fn decode_region(
        &mut self,
        bytes: &[u8],
        wanted: Region,
        pixels: &mut Vec<u8>,
    ) -> Result<Region, DecodeError> {
        let mut frame = JpegFrame::default();
        // SAFETY: `bytes` outlives the decode below, which is the last use of the pointer.
        let status = unsafe { ct_jpeg_begin(self.raw.as_ptr(), bytes.as_ptr(), bytes.len(), &mut frame) };
        self.check(status)?;
        let (width, height) = (frame.width as usize, frame.height as usize);
        if wanted.x + wanted.width > width || wanted.y + wanted.height > height {
            return Err(DecodeError::broken("the header's two sizes disagree"));
        }
        let region = region_on_grid(wanted, frame);
        let cmyk = frame.components == 4;
        let channels = if cmyk { 4 } else { 3 };
        let target = if cmyk { &mut self.cmyk } else { &mut *pixels };
        let stride = region.width * channels;
        reserve(target, stride * region.height)?;
        let max_scans = (MAX_SCAN_PIXELS / (width as u64 * height as u64)).clamp(32, 5_000) as i32;
        // SAFETY: the buffer holds `height` rows of `stride` bytes; every one is written before OK is answered.
        let status = unsafe {
            ct_jpeg_decode(
                self.raw.as_ptr(),
                region.x as i32,
                region.y as i32,
                region.width as i32,
                region.height as i32,
                i32::from(cmyk),
                max_scans,
                target.as_mut_ptr(),
                stride,
            )
        };
        self.check(status)?;
        if cmyk {
            reserve(pixels, region.width * region.height * 3)?;
            for (pixel, ink) in pixels
                .as_chunks_mut::<3>()
                .0
                .iter_mut()
                .zip(self.cmyk[..stride * region.height].as_chunks().0)
            {
                *pixel = rgb_of_inverted_cmyk(*ink);
            }
        }
        Ok(region)
    }

    fn check(&self, status: c_int) -> Result<(), DecodeError> {
        if status == OK {
            return Ok(());
        }
        // SAFETY: the message is a terminated string inside the decoder.
        let message =
            unsafe { CStr::from_ptr(ct_jpeg_message(self.raw.as_ptr())) }.to_string_lossy().into_owned();
        Err(match status {
            TRUNCATED => DecodeError::Truncated("JPEG"),
            LIMIT => DecodeError::Limit(message),
            MEMORY => out_of_memory(),
            _ => DecodeError::Broken(message),
        })
    }
}

/// Decodes a JPEG file with a decoder of its own.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    JpegDecoder::new()?.decode(bytes, limits)
}

/// Whether an end marker is there, so that data which a region's decode does not look at cannot be missing.
pub fn ends_properly(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(64)..];
    tail.windows(2).any(|pair| pair == [0xff, 0xd9])
}

/// Encodes RGB pixels as libjpeg does by default (4:2:0), at `quality` 1 … 100.
pub fn encode_jpeg(image: &RgbImage, quality: u32) -> Result<Vec<u8>, DecodeError> {
    let (mut out, mut size) = (std::ptr::null_mut(), 0usize);
    // SAFETY: the image's pixels are rows of `width * 3` bytes; the answer is copied and then released.
    unsafe {
        let status = ct_jpeg_encode(
            image.pixels_hwc.as_ptr(),
            image.width as i32,
            image.height as i32,
            image.width * 3,
            quality as i32,
            &mut out,
            &mut size,
        );
        if status != OK {
            return Err(if status == MEMORY {
                out_of_memory()
            } else {
                DecodeError::broken("cannot be encoded as JPEG")
            });
        }
        let bytes = std::slice::from_raw_parts(out, size).to_vec();
        ct_jpeg_release(out);
        Ok(bytes)
    }
}

/// `wanted`, its left edge on the block grid, and two pixels more at each side where fancy upsampling looks beyond it.
fn region_on_grid(wanted: Region, frame: JpegFrame) -> Region {
    let (width, height) = (frame.width as usize, frame.height as usize);
    if wanted.width == width && wanted.height == height {
        return wanted;
    }
    let grid = (frame.mcu_width.max(1)) as usize;
    let left = wanted.x.saturating_sub(2) / grid * grid;
    let right = (wanted.x + wanted.width + 2).min(width);
    Region { x: left, y: wanted.y, width: right - left, height: wanted.height }
}

/// Pillow takes CMYK files as Adobe writes them (inverted) and converts without a profile.
fn rgb_of_inverted_cmyk(inverted: [u8; 4]) -> [u8; 3] {
    let key = u32::from(inverted[3]);
    [0, 1, 2].map(|channel| {
        let product = u32::from(255 - inverted[channel]) * key + 128;
        let scaled = ((product >> 8) + product) >> 8;
        (key - scaled.min(key)) as u8
    })
}

/// Makes `target` at least `length` bytes long; memory that is not to be had is an error.
fn reserve(target: &mut Vec<u8>, length: usize) -> Result<(), DecodeError> {
    if target.len() < length {
        target.try_reserve_exact(length - target.len()).map_err(|_| out_of_memory())?;
        target.resize(length, 0);
    }
    Ok(())
}

fn out_of_memory() -> DecodeError {
    DecodeError::Limit("not enough memory".into())
}
