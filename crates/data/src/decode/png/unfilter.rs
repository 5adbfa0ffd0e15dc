//! PNG's row filters.

/// Undoes the filter that the first byte of `row` names, given the row above. False for an unknown filter.
pub fn unfilter(row: &mut [u8], above: &[u8], pixel_bytes: usize) -> bool {
    let Some((filter, row)) = row.split_first_mut() else { return false };
    let above = &above[1..];
    match (*filter, pixel_bytes) {
        (0, _) => {}
        (1, _) => {
            for at in pixel_bytes..row.len() {
                row[at] = row[at].wrapping_add(row[at - pixel_bytes]);
            }
        }
        (2, _) => {
            for (value, above) in row.iter_mut().zip(above) {
                *value = value.wrapping_add(*above);
            }
        }
        (3, _) => {
            let (first, _) = row.split_at_mut(pixel_bytes.min(row.len()));
            for (value, above) in first.iter_mut().zip(above) {
                *value = value.wrapping_add(above / 2);
            }
            for at in pixel_bytes..row.len() {
                let mean = (u16::from(row[at - pixel_bytes]) + u16::from(above[at])) / 2;
                row[at] = row[at].wrapping_add(mean as u8);
            }
        }
        (4, 3) => paeth::<3>(row, above),
        (4, 4) => paeth::<4>(row, above),
        (4, _) => paeth_any(row, above, pixel_bytes),
        _ => return false,
    }
    true
}

/// The usual pixels, their channels side by side.
fn paeth<const N: usize>(row: &mut [u8], above: &[u8]) {
    let (mut left, mut corner) = ([0i16; N], [0i16; N]);
    for (pixel, above) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        let above = above.map(i16::from);
        let mut next = [0i16; N];
        for channel in 0..N {
            let predicted = predict(left[channel], above[channel], corner[channel]);
            next[channel] = i16::from(pixel[channel].wrapping_add(predicted as u8));
        }
        *pixel = next.map(|value| value as u8);
        (left, corner) = (next, above);
    }
}

fn paeth_any(row: &mut [u8], above: &[u8], pixel_bytes: usize) {
    for at in 0..row.len() {
        let (left, corner) = match at.checked_sub(pixel_bytes) {
            Some(before) => (i16::from(row[before]), i16::from(above[before])),
            None => (0, 0),
        };
        row[at] = row[at].wrapping_add(predict(left, i16::from(above[at]), corner) as u8);
    }
}

/// The neighbour that is nearest to left + above − corner.
fn predict(left: i16, above: i16, corner: i16) -> i16 {
    let to_left = (above - corner).abs();
    let to_above = (left - corner).abs();
    let to_corner = (left + above - 2 * corner).abs();
    let nearer = if to_above <= to_corner { above } else { corner };
    if to_left <= to_above && to_left <= to_corner { left } else { nearer }
}
