//! Operations that look at one value alone: tables of 256 entries.

use crate::RgbImage;

/// A new value for each old one.
pub type Table = [u8; 256];

/// The table of a function of the level.
pub fn table(level: impl Fn(u8) -> u8) -> Table {
    std::array::from_fn(|value| level(value as u8))
}

/// Looks every value up.
pub fn apply(image: &mut RgbImage, table: &Table) {
    for value in &mut image.pixels_hwc {
        *value = table[usize::from(*value)];
    }
}

/// Looks every value up in its channel's table.
pub fn apply_channels(image: &mut RgbImage, tables: &[Table; 3]) {
    for pixel in image.pixels_hwc.as_chunks_mut::<3>().0 {
        for (value, table) in pixel.iter_mut().zip(tables) {
            *value = table[usize::from(*value)];
        }
    }
}

pub fn invert(image: &mut RgbImage) {
    for value in &mut image.pixels_hwc {
        *value = !*value;
    }
}

/// Keeps the upper `bits` (0 … 8) bits.
pub fn posterize(image: &mut RgbImage, bits: u32) {
    let mask = if bits >= 8 { 0xff } else { !(0xffu8 >> bits) };
    for value in &mut image.pixels_hwc {
        *value &= mask;
    }
}

/// Inverts the values from `threshold` on.
pub fn solarize(image: &mut RgbImage, threshold: f64) {
    let threshold = threshold as f32;
    apply(image, &table(|value| if f32::from(value) >= threshold { !value } else { value }));
}

/// The channel that goes to each place.
pub fn permute_channels(image: &mut RgbImage, order: [usize; 3]) {
    for pixel in image.pixels_hwc.as_chunks_mut::<3>().0 {
        *pixel = order.map(|channel| pixel[channel]);
    }
}

/// A float clamped to 0–255 and cut to a whole level.
pub fn level(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}
