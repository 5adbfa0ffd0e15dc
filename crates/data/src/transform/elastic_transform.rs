//! `ElasticTransform`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Key, Operation, Place, Size};
use crate::{
    RgbImage, Stream,
    kernel::{
        blur::{blur_plane, weights},
        perspective::elastic,
    },
};

/// Moves pixels by smoothed random displacements.
struct ElasticTransform {
    id: u32,
    key: Key,
    alpha: [f64; 2],
    sigma: [f64; 2],
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
}

pub fn plan(
    place: &Place,
    alpha: [f64; 2],
    sigma: [f64; 2],
    interpolation: Interpolation,
    fill: Option<[f64; 3]>,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    if alpha.iter().any(|value| !value.is_finite()) {
        return Err(key.fault("alpha must be finite"));
    }
    if sigma.iter().any(|value| !(0.0..=100.0).contains(value)) {
        return Err(key.fault(format!("sigma must be between 0 and 100, not {sigma:?}")));
    }
    Ok(Box::new(ElasticTransform {
        id: place.id,
        key: key.clone(),
        alpha,
        sigma,
        interpolation: key.grid_interpolation(interpolation)?,
        fill: fill.map(|color| place.units.level(color)),
    }))
}

impl ElasticTransform {
    /// One axis' displacements in units of half the image. Its own σ gives the size of the kernel, both σ its weights.
    fn displacements(&self, axis: usize, (height, width): Size, stream: &mut Stream) -> Vec<f32> {
        let raw: Vec<f32> = (0..height * width).map(|_| stream.uniform(-1.0, 1.0) as f32).collect();
        let scale = (self.alpha[axis] / [width, height][axis] as f64) as f32;
        let smooth = match self.kernel_size(axis) {
            0 => raw,
            size => blur_plane(
                &raw,
                width,
                height,
                1,
                &weights(size, self.sigma[0]),
                &weights(size, self.sigma[1]),
            ),
        };
        smooth.into_iter().map(|value| value * scale).collect()
    }

    fn kernel_size(&self, axis: usize) -> usize {
        if self.sigma[axis] > 0.0 { (8.0 * self.sigma[axis] + 1.0) as usize | 1 } else { 0 }
    }
}

impl Operation for ElasticTransform {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let size = (image.height, image.width);
        let largest = self.kernel_size(0).max(self.kernel_size(1));
        if largest / 2 >= image.width.min(image.height) {
            let message =
                format!("an image of {}x{} pixels is too small for this sigma", image.width, image.height);
            return Err(self.key.unsuitable(message).hint("Lower sigma."));
        }
        let mut stream = context.draw.stream(self.id);
        let dx = self.displacements(0, size, &mut stream);
        let dy = self.displacements(1, size, &mut stream);
        let displacement: Vec<[f32; 2]> = dx.into_iter().zip(dy).map(|(x, y)| [x, y]).collect();
        Ok(elastic(image, &displacement, self.interpolation, self.fill, context.workspace))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
