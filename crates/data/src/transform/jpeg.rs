//! `JPEG`.

use classifier_spec::{Fault, FaultKind};

use super::{Operation, Place, with_chance};
use crate::{
    RgbImage,
    decode::{self, Limits},
};

/// Encodes and decodes at a quality that is uniform in its range, both ends possible.
pub fn plan(place: &Place, quality: [u32; 2]) -> Result<Box<dyn Operation>, Fault> {
    let [low, high] = place.key.qualities("quality", quality)?;
    with_chance(place, 1.0, move |image, stream, _| recompress(&image, stream.integer(low, high)))
}

/// What is left of an image after JPEG at `quality`.
pub fn recompress(image: &RgbImage, quality: i64) -> Result<RgbImage, Fault> {
    let limits = Limits { max_pixels: u64::MAX, max_side: 65_500 };
    decode::encode_jpeg(image, quality as u32)
        .and_then(|bytes| decode::jpeg::decode(&bytes, &limits))
        .map_err(|error| Fault::new(FaultKind::Bug, format!("JPEG at quality {quality}: {error}")))
}
