//! WebP through libwebp, as Pillow uses it: lossy and lossless; the first frame of an animation. Alpha is dropped.

use std::{mem::MaybeUninit, ptr, slice};

use libwebp_sys::{
    VP8StatusCode, WEBP_CSP_MODE, WebPAnimDecoder, WebPAnimDecoderDelete, WebPAnimDecoderGetInfo,
    WebPAnimDecoderGetNext, WebPAnimDecoderNew, WebPAnimDecoderOptions, WebPAnimDecoderOptionsInit,
    WebPAnimInfo, WebPBitstreamFeatures, WebPData, WebPGetFeatures,
};

use super::{DecodeError, Limits};
use crate::RgbImage;

pub fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    let (width, height) = size(bytes)?;
    limits.check(width as u64, height as u64)?;
    let mut pixels_hwc = Vec::new();
    pixels_hwc
        .try_reserve_exact(width * height * 3)
        .map_err(|_| DecodeError::Limit("not enough memory".into()))?;
    pixels_hwc.resize(width * height * 3, 0);
    let mut decoder = Decoder::new(bytes)?;
    if decoder.canvas() != (width, height) {
        return Err(DecodeError::broken("the WebP's headers disagree about its size"));
    }
    let targets = pixels_hwc.as_chunks_mut::<3>().0;
    for (target, [red, green, blue, _]) in targets.iter_mut().zip(decoder.first_frame()?) {
        *target = [*red, *green, *blue];
    }
    Ok(RgbImage::new(width, height, pixels_hwc))
}

/// Width and height of the canvas, as the header says.
fn size(bytes: &[u8]) -> Result<(usize, usize), DecodeError> {
    let mut features = MaybeUninit::<WebPBitstreamFeatures>::zeroed();
    // SAFETY: reads `bytes` and fills in the struct, for which all zero is a valid value.
    let (status, features) = unsafe {
        let status = WebPGetFeatures(bytes.as_ptr(), bytes.len(), features.as_mut_ptr());
        (status, features.assume_init())
    };
    match (status, usize::try_from(features.width), usize::try_from(features.height)) {
        (VP8StatusCode::VP8_STATUS_OK, Ok(width), Ok(height)) => Ok((width, height)),
        (VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA, ..) => Err(DecodeError::Truncated("WebP")),
        _ => Err(DecodeError::broken("no valid WebP header")),
    }
}

/// libwebp's decoder of animations, to which a still image is one frame.
struct Decoder<'a> {
    raw: ptr::NonNull<WebPAnimDecoder>,
    _bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let data = WebPData { bytes: bytes.as_ptr(), size: bytes.len() };
        let mut options = MaybeUninit::<WebPAnimDecoderOptions>::uninit();
        // SAFETY: the options are filled in by the first call; the decoder copies `data` and reads the bytes, which live
        // as long as it.
        let raw = unsafe {
            if WebPAnimDecoderOptionsInit(options.as_mut_ptr()) == 0 {
                return Err(DecodeError::unsupported("another version of libwebp"));
            }
            let mut options = options.assume_init();
            options.color_mode = WEBP_CSP_MODE::MODE_RGBA;
            WebPAnimDecoderNew(&data, &options)
        };
        let raw = ptr::NonNull::new(raw)
            .ok_or_else(|| DecodeError::broken("the WebP's chunks are wrong or end too early"))?;
        Ok(Self { raw, _bytes: bytes })
    }

    /// Width and height of what frames are drawn on; zero where that cannot be told.
    fn canvas(&self) -> (usize, usize) {
        let mut info = WebPAnimInfo::default();
        // SAFETY: fills in the struct.
        unsafe { WebPAnimDecoderGetInfo(self.raw.as_ptr(), &mut info) };
        (info.canvas_width as usize, info.canvas_height as usize)
    }

    /// The whole canvas with the first frame on it: red, green, blue and alpha of every pixel.
    fn first_frame(&mut self) -> Result<&[[u8; 4]], DecodeError> {
        let (width, height) = self.canvas();
        let (mut canvas, mut time) = (ptr::null_mut(), 0);
        // SAFETY: on success the canvas is the decoder's, of that size, until its next call.
        unsafe {
            if WebPAnimDecoderGetNext(self.raw.as_ptr(), &mut canvas, &mut time) == 0 || canvas.is_null() {
                return Err(DecodeError::broken("the WebP's image data is wrong or ends too early"));
            }
            Ok(slice::from_raw_parts(canvas.cast(), width * height))
        }
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new`, deleted once.
        unsafe { WebPAnimDecoderDelete(self.raw.as_ptr()) }
    }
}
