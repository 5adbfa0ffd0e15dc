//! `RandomErasing`.

use classifier_spec::Fault;

use super::{Operation, Place, Units, with_chance};
use crate::{RgbImage, Stream, decode::Region, kernel::erase::erase};

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
        if let Some(region) = rectangle(&image, scale, ratio, stream) {
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

/// Ten tries at a random area and aspect that fit.
fn rectangle(image: &RgbImage, scale: [f64; 2], ratio: [f64; 2], stream: &mut Stream) -> Option<Region> {
    let area = (image.width * image.height) as f64;
    for _ in 0..10 {
        let target = area * stream.uniform(scale[0], scale[1]);
        let aspect = stream.uniform(ratio[0].ln(), ratio[1].ln()).exp();
        let height = (target * aspect).sqrt().round_ties_even() as usize;
        let width = (target / aspect).sqrt().round_ties_even() as usize;
        if height < image.height && width < image.width {
            let y = stream.below((image.height - height) as u64 + 1) as usize;
            let x = stream.below((image.width - width) as u64 + 1) as usize;
            return Some(Region { x, y, width, height });
        }
    }
    None
}

fn noise(units: &Units, stream: &mut Stream) -> [u8; 3] {
    let [red, green] = stream.normal_pair();
    units.byte_level([red, green, stream.normal()])
}
