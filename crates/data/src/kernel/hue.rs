//! Hue.

use crate::RgbImage;

/// Turns the colour circle by `shift` (−0.5 … 0.5 of a turn), in floats as torchvision does for tensors.
pub fn adjust_hue(image: &mut RgbImage, shift: f64) {
    let shift = shift as f32;
    for pixel in image.pixels_hwc.as_chunks_mut::<3>().0 {
        let [hue, saturation, value] = to_hsv(pixel.map(|level| f32::from(level) * (1.0 / 255.0)));
        let hue = (hue + shift).rem_euclid(1.0);
        *pixel = to_rgb([hue, saturation, value]).map(|part| (part * 255.999) as u8);
    }
}

/// [hue in turns, saturation, value], each 0 … 1.
fn to_hsv([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    let range = most - least;
    let (saturation_divisor, divisor) = if range == 0.0 { (1.0, 1.0) } else { (most, range) };
    let [r, g, b] = [red, green, blue].map(|part| (most - part) / divisor);
    let sector = if most == red {
        b - g
    } else if most == green {
        r + 2.0 - b
    } else {
        g + 4.0 - r
    };
    [(sector * (1.0 / 6.0) + 1.0) % 1.0, range / saturation_divisor, most]
}

fn to_rgb([hue, saturation, value]: [f32; 3]) -> [f32; 3] {
    let scaled = hue * 6.0;
    let sector = scaled.floor();
    let fraction = scaled - sector;
    let part = saturation * fraction;
    let rest = 1.0 - saturation;
    let q = ((1.0 - part) * value).clamp(0.0, 1.0);
    let t = ((part + rest) * value).clamp(0.0, 1.0);
    let p = (rest * value).clamp(0.0, 1.0);
    match (sector as i32).rem_euclid(6) {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}
