//! `RandomErasing`.

use classifier_spec::Fault;

use super::{Operation, Place, Size, Units, with_chance};
use crate::{Stream, decode::Region, kernel::erase::erase};

/// Overwrites a random rectangle, with probability `p`: with a colour in the units of its place (to the nearest level),
/// or with standard normal noise in those units.
pub fn plan(
    place: &Place,
    p: f64,
    scale: [f64; 2],
    ratio: [f64; 2],
    value: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    let scale = place.key.range("scale", scale, 0.0, 1.0)?;
    let ratio = place.key.positive_range("ratio", ratio)?;
    let units = place.units;
    with_chance(place, p, move |mut image, stream, _| {
        if let Some(region) = rectangle((image.height, image.width), scale, ratio, stream) {
            match value {
                Some(color) => {
                    let color = units.byte_level(color);
                    erase(&mut image, region, || color);
                }
                None => erase(&mut image, region, || noise(&units, stream)),
            }
        }
        Ok(image)
    })
}

/// Ten tries at a random area and aspect that fit into an image of this size.
fn rectangle((height, width): Size, scale: [f64; 2], ratio: [f64; 2], stream: &mut Stream) -> Option<Region> {
    let area = (width * height) as f64;
    for _ in 0..10 {
        let target = area * stream.uniform(scale[0], scale[1]);
        let aspect = stream.uniform(ratio[0].ln(), ratio[1].ln()).exp();
        let h = (target * aspect).sqrt().round_ties_even() as usize;
        let w = (target / aspect).sqrt().round_ties_even() as usize;
        if h < height && w < width {
            let y = stream.below((height - h) as u64 + 1) as usize;
            let x = stream.below((width - w) as u64 + 1) as usize;
            return Some(Region { x, y, width: w, height: h });
        }
    }
    None
}

fn noise(units: &Units, stream: &mut Stream) -> [u8; 3] {
    let [red, green] = stream.normal_pair();
    units.byte_level([red, green, stream.normal()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::distributions::Observed;

    #[test]
    fn rectangles_are_drawn_as_torchvision_draws_them() {
        let mut observed = Observed::new("random_erasing");
        observed.draw(|stream| {
            // Where nothing fits, torchvision's parameters name the whole image.
            let all = Region { x: 0, y: 0, width: 48, height: 64 };
            let region = rectangle((64, 48), [0.02, 0.33], [0.3, 3.3], stream).unwrap_or(all);
            vec![
                ("y", region.y as f64),
                ("x", region.x as f64),
                ("height", region.height as f64),
                ("width", region.width as f64),
            ]
        });
    }
}
