//! Autocontrast and equalisation: tables made from each channel's values.

use super::pixelwise::{Table, apply_channels, level, table};
use crate::RgbImage;

type Counts = [[u32; 256]; 3];

fn counts(image: &RgbImage) -> Counts {
    let mut counts = [[0; 256]; 3];
    for pixel in image.pixels_hwc.as_chunks::<3>().0 {
        for (value, counts) in pixel.iter().zip(&mut counts) {
            counts[usize::from(*value)] += 1;
        }
    }
    counts
}

/// Stretches each channel from its own darkest and lightest value to 0–255.
pub fn autocontrast(image: &mut RgbImage) {
    let tables = counts(image).map(|counts| {
        let least = counts.iter().position(|count| *count > 0).unwrap_or(0) as f32;
        let most = counts.iter().rposition(|count| *count > 0).unwrap_or(0) as f32;
        if most == least {
            return table(|value| value);
        }
        let scale = (most - least) * (1.0 / 255.0);
        table(|value| level((f32::from(value) - least) / scale))
    });
    apply_channels(image, &tables);
}

/// Spreads each channel's values evenly, by Pillow's table.
pub fn equalize(image: &mut RgbImage) {
    let tables = counts(image).map(|counts| equalizing_table(&counts));
    apply_channels(image, &tables);
}

fn equalizing_table(counts: &[u32; 256]) -> Table {
    let last = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
    let others: u32 = counts[..last].iter().sum();
    let step = others / 255;
    if step == 0 {
        return table(|value| value);
    }
    let mut below = 0;
    let mut table = [0; 256];
    for (value, entry) in table.iter_mut().enumerate() {
        *entry = ((below + step / 2) / step).min(255) as u8;
        below += counts[value];
    }
    table
}
