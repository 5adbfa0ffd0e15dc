//! `AugMix`.

use classifier_spec::{Fault, Interpolation};

use super::{
    Operation, Place,
    augmentation::{Sampling, Space, THIRTEEN},
    with_chance,
};
use crate::kernel::pixelwise::level;

/// The steps of strength that severity counts in.
const BINS: usize = 10;

/// How chains of operations are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Chains {
    /// 1 … 10.
    pub severity: u32,
    pub width: u32,
    /// Below 1: 1 … 3, drawn for each chain.
    pub depth: i32,
    pub alpha: f64,
    pub all_ops: bool,
}

/// A mixture of the image and several chains of operations on it, by Dirichlet shares.
pub fn plan(
    place: &Place,
    chains: Chains,
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    if !(1..=BINS as u32).contains(&chains.severity) {
        return Err(key.fault(format!("severity must be from 1 to {BINS}, not {}", chains.severity)));
    }
    if !(1..=100).contains(&chains.width) || chains.depth > 100 {
        return Err(key.fault("mixture_width must be from 1 to 100, chain_depth 100 at most"));
    }
    if !chains.alpha.is_finite() || chains.alpha <= 0.0 {
        return Err(key.fault(format!("alpha must be above zero, not {}", chains.alpha)));
    }
    let Sampling { interpolation, fill } = Sampling::plan(place, interpolation, fill)?;
    let operations = if chains.all_ops { &THIRTEEN[..] } else { &THIRTEEN[..9] };
    with_chance(place, 1.0, move |mut image, stream, workspace| {
        let size = (image.height, image.width);
        let shares = stream.dirichlet(chains.alpha, 2);
        let weights = stream.dirichlet(chains.alpha, chains.width as usize);
        let original = shares[0] as f32;
        let mut mix: Vec<f32> = image.pixels_hwc.iter().map(|value| original * f32::from(*value)).collect();
        for weight in weights {
            let weight = weight as f32 * shares[1] as f32;
            let depth = if chains.depth > 0 { chains.depth.into() } else { stream.integer(1, 3) };
            let mut chain = workspace.copy(image.view());
            for _ in 0..depth {
                let operation = operations[stream.below(operations.len() as u64) as usize];
                let bin = stream.below(u64::from(chains.severity)) as usize;
                let magnitude = operation.draw_magnitude(&Space::AUGMIX, BINS, bin, size, stream);
                chain = operation.apply(chain, magnitude, interpolation, fill, workspace);
            }
            for (mix, value) in mix.iter_mut().zip(&chain.pixels_hwc) {
                *mix += weight * f32::from(*value);
            }
            workspace.give(chain.pixels_hwc);
        }
        for (value, mix) in image.pixels_hwc.iter_mut().zip(mix) {
            *value = level(mix);
        }
        Ok(image)
    })
}
