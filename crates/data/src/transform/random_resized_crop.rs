//! `RandomResizedCrop`.

use classifier_spec::{Fault, Interpolation};

use super::{Context, Cropped, Operation, Place, Size};
use crate::{
    Draw, RgbImage, Stream,
    decode::Region,
    kernel::{
        resample::{Axis, Source},
        resize::{filter_of, resize},
    },
};

/// A crop of random area and aspect, scaled to a size.
struct RandomResizedCrop {
    id: u32,
    size: Size,
    scale: [f64; 2],
    ratio: [f64; 2],
    interpolation: Interpolation,
    antialias: bool,
}

pub fn plan(
    place: &Place,
    size: [u32; 2],
    scale: [f64; 2],
    ratio: [f64; 2],
    interpolation: Interpolation,
    antialias: bool,
) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key;
    let size = key.size(size)?;
    let scale = key.range("scale", scale, 0.0, f64::INFINITY)?;
    let ratio = key.positive_range("ratio", ratio)?;
    Ok(Box::new(RandomResizedCrop { id: place.id, size, scale, ratio, interpolation, antialias }))
}

impl RandomResizedCrop {
    /// The crop: ten tries at a random area and aspect that fit, else the largest middle part of an allowed aspect.
    fn region(&self, (height, width): Size, mut stream: Stream) -> Region {
        let area = (height * width) as f64;
        for _ in 0..10 {
            let target = area * stream.uniform(self.scale[0], self.scale[1]);
            let aspect = stream.uniform(self.ratio[0].ln(), self.ratio[1].ln()).exp();
            let w = (target * aspect).sqrt().round_ties_even() as usize;
            let h = (target / aspect).sqrt().round_ties_even() as usize;
            if (1..=width).contains(&w) && (1..=height).contains(&h) {
                let y = stream.below((height - h) as u64 + 1) as usize;
                let x = stream.below((width - w) as u64 + 1) as usize;
                return Region { x, y, width: w, height: h };
            }
        }
        let aspect = width as f64 / height as f64;
        let (w, h) = if aspect < self.ratio[0] {
            (width, (width as f64 / self.ratio[0]).round_ties_even() as usize)
        } else if aspect > self.ratio[1] {
            ((height as f64 * self.ratio[1]).round_ties_even() as usize, height)
        } else {
            (width, height)
        };
        // A sliver of an image: at least one pixel is left.
        let (w, h) = (w.clamp(1, width), h.clamp(1, height));
        Region { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h }
    }
}

impl Operation for RandomResizedCrop {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let size = (image.height, image.width);
        let region = self.region(size, context.draw.stream(self.id));
        let out = self.apply_crop(Cropped { part: image.view(), at: region, region, size }, context);
        context.workspace.give(image.pixels_hwc);
        out
    }

    fn output(&self, _input: Option<Size>) -> Option<Size> {
        Some(self.size)
    }

    fn crop(&self, input: Size, draw: &Draw) -> Option<Region> {
        Some(self.region(input, draw.stream(self.id)))
    }

    fn apply_crop(&self, crop: Cropped, context: &mut Context) -> Result<RgbImage, Fault> {
        let ((height, width), Cropped { part, at, .. }) = (self.size, crop);
        if (at.width, at.height) == (width, height) {
            return Ok(context.workspace.crop(part, at));
        }
        Ok(resize(part, at, width, height, self.interpolation, self.antialias, context.workspace))
    }

    fn apply_crop_into(
        &self,
        crop: &Cropped,
        mirrored: bool,
        out_hwc: &mut [u8],
        context: &mut Context,
    ) -> bool {
        let Some(filter) = filter_of(self.interpolation, self.antialias) else { return false };
        let Region { x, y, width, height } = crop.at;
        let source = Source { part: crop.part, x: x as isize, y: y as isize };
        let (columns, rows) = (Axis::whole(width, self.size.1), Axis::whole(height, self.size.0));
        context.workspace.resampler.resample(source, [&columns, &rows], filter, mirrored, out_hwc);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::distributions::Observed;

    #[test]
    fn crops_are_drawn_as_torchvision_draws_them() {
        let operation = RandomResizedCrop {
            id: 0,
            size: (224, 224),
            scale: [0.08, 1.0],
            ratio: [3.0 / 4.0, 4.0 / 3.0],
            interpolation: Interpolation::Bilinear,
            antialias: true,
        };
        for (name, size) in
            [("random_resized_crop", (375, 500)), ("random_resized_crop_of_a_sliver", (40, 500))]
        {
            let mut observed = Observed::new(name);
            observed.draw(|stream| {
                let region = operation.region(size, stream.clone());
                vec![
                    ("top", region.y as f64),
                    ("left", region.x as f64),
                    ("height", region.height as f64),
                    ("width", region.width as f64),
                ]
            });
        }
    }
}
