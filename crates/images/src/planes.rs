//! Pixels as a network takes them: f32, normalised, one plane for each channel.

use napi::bindgen_prelude::{Float32Array, Uint8Array};
use napi_derive::napi;

/// `(byte / 255 − mean) / std` in f32, as torch computes it, by channel and byte.
pub struct Normalizer([[f32; 256]; 3]);

impl Normalizer {
    pub fn new(mean: [f64; 3], std: [f64; 3]) -> Self {
        Self(std::array::from_fn(|channel| {
            let (mean, std) = (mean[channel] as f32, std[channel] as f32);
            std::array::from_fn(|byte| (byte as f32 / 255.0 - mean) / std)
        }))
    }

    /// `pixels_hwc` [pixels, 3] → `planes_chw` [3, pixels].
    pub fn planes(&self, pixels_hwc: &[u8], planes_chw: &mut [f32]) {
        let [red, green, blue] = &self.0;
        let (reds, others) = planes_chw.split_at_mut(pixels_hwc.len() / 3);
        let (greens, blues) = others.split_at_mut(pixels_hwc.len() / 3);
        for (((pixel, r), g), b) in pixels_hwc.chunks_exact(3).zip(reds).zip(greens).zip(blues) {
            *r = red[usize::from(pixel[0])];
            *g = green[usize::from(pixel[1])];
            *b = blue[usize::from(pixel[2])];
        }
    }
}

/// [n, 3, pixels] of [n, pixels, 3].
#[napi]
pub fn normalized_planes(images: Uint8Array, n: u32, mean: Vec<f64>, std: Vec<f64>) -> Float32Array {
    let normalizer = Normalizer::new(triple(&mean), triple(&std));
    let mut planes = vec![0.0; images.len()];
    let size = images.len() / (n as usize).max(1);
    if size > 0 {
        for (image, planes) in images.chunks_exact(size).zip(planes.chunks_exact_mut(size)) {
            normalizer.planes(image, planes);
        }
    }
    Float32Array::new(planes)
}

fn triple(values: &[f64]) -> [f64; 3] {
    std::array::from_fn(|channel| values.get(channel).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_normalised_by_channel() {
        let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        let mut planes = [0.0; 6];
        Normalizer::new(mean, std).planes(&[0, 51, 255, 255, 0, 102], &mut planes);
        let wanted = [0.0, 255.0, 51.0, 0.0, 255.0, 102.0];
        for (at, (&found, byte)) in planes.iter().zip(wanted).enumerate() {
            let (mean, std) = (mean[at / 2] as f32, std[at / 2] as f32);
            assert_eq!(found, (byte / 255.0 - mean) / std);
        }
    }
}
