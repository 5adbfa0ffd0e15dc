//! From the configured list to operations.

use classifier_spec::{Dtype, Fault, Transform};

use super::{
    Key, Operation, aug_mix, auto_augment, broadcast_zoom_in, broadcast_zoom_out, center_crop, color_jitter,
    containers, elastic_transform, gaussian_blur, gaussian_noise, grayscale, jpeg, pad, rand_augment,
    random_adjust_sharpness, random_affine, random_autocontrast, random_bilinear_downscale,
    random_channel_permutation, random_crop, random_equalize, random_erasing, random_flip,
    random_gaussian_noise, random_grayscale, random_invert, random_jpeg_compression, random_perspective,
    random_photometric_distort, random_pixelate, random_posterize, random_resized_crop, random_rotation,
    random_shortest_size, random_solarize, random_zoom_out, resize, scale_jitter, trivial_augment_wide,
};

/// What pixel values mean at some place of the list: `level / 255 = value · std + mean` for floats, the level itself
/// for 8-bit values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Units {
    float: bool,
    normalized: bool,
    pub mean: [f64; 3],
    pub std: [f64; 3],
}

/// Where a transform stands.
pub struct Place<'a> {
    pub key: &'a Key,
    /// Names the transform's stream of random numbers.
    pub id: u32,
    pub units: Units,
}

/// Walks the list in order.
pub struct Planner {
    next_id: u32,
    units: Units,
}

/// An operation with its place in the configuration.
pub type Planned = (Key, Box<dyn Operation>);

impl Units {
    pub const LEVELS: Self = Self { float: false, normalized: false, mean: [0.0; 3], std: [1.0; 3] };

    /// A colour of these units on the 0–255 scale.
    pub fn level(&self, color: [f64; 3]) -> [f64; 3] {
        if !self.float {
            return color;
        }
        std::array::from_fn(|channel| (color[channel] * self.std[channel] + self.mean[channel]) * 255.0)
    }

    /// [`Self::level`] as 8-bit values: cut for 8-bit images as torch casts, the nearest for floats.
    pub fn byte_level(&self, color: [f64; 3]) -> [u8; 3] {
        self.level(color).map(|value| if self.float { value.round() as u8 } else { value as u8 })
    }
}

impl Default for Planner {
    fn default() -> Self {
        Self { next_id: 0, units: Units::LEVELS }
    }
}

impl Planner {
    /// Mean and standard deviation of all that was normalised, on the 0–1 scale.
    pub fn normalization(&self) -> ([f64; 3], [f64; 3]) {
        (self.units.mean, self.units.std)
    }

    /// Plans a list whose every transform is always applied, with inner `Compose`s unfolded.
    pub fn list(&mut self, transforms: &[Transform], path: &str) -> Result<Vec<Planned>, Fault> {
        let mut planned = Vec::new();
        for (index, transform) in transforms.iter().enumerate() {
            let key = Key::new(path, index, transform);
            if let Transform::Compose { transforms } = transform {
                planned.extend(self.list(transforms, &key.transforms())?);
            } else if !self.take_units(transform, &key)?
                && let Some(operation) = self.operation(transform, &key)?
            {
                match self.fused(planned.last(), transform, &key)? {
                    Some(fused) => {
                        planned.pop();
                        planned.push((key, fused));
                    }
                    None => planned.push((key, operation)),
                }
            }
        }
        Ok(planned)
    }

    /// One operation for a transform and the one before it, where there is such.
    fn fused(
        &self,
        before: Option<&Planned>,
        transform: &Transform,
        key: &Key,
    ) -> Result<Option<Box<dyn Operation>>, Fault> {
        let (Some((_, before)), Transform::CenterCrop { size }) = (before, transform) else {
            return Ok(None);
        };
        let place = Place { key, id: self.next_id, units: self.units };
        Ok(before.then_center_crop(&center_crop::plan(&place, *size)?))
    }

    /// Plans the inner transforms of a container. Units cannot change inside: they hold for all images.
    pub fn inner(&mut self, transforms: &[Transform], key: &Key) -> Result<Vec<Box<dyn Operation>>, Fault> {
        if transforms.is_empty() {
            return Err(key.fault("transforms is empty: give at least one"));
        }
        let mut operations: Vec<Box<dyn Operation>> = Vec::new();
        for (index, transform) in transforms.iter().enumerate() {
            let key = Key::new(&key.transforms(), index, transform);
            let before = self.units;
            self.take_units(transform, &key)?;
            if self.units != before {
                return Err(key.fault("a change of type or normalisation holds for every image: it cannot stand in a random container"));
            }
            operations.push(match self.operation(transform, &key)? {
                Some(operation) => operation,
                None => Box::new(containers::Sequence(Vec::new())),
            });
        }
        Ok(operations)
    }

    /// Takes in a transform of types or scales; false where it is another kind.
    fn take_units(&mut self, transform: &Transform, key: &Key) -> Result<bool, Fault> {
        match transform {
            Transform::Normalize { mean, std } => self.normalize(mean, std, key)?,
            Transform::ToTensor {} => self.become_float(true),
            Transform::ToFloat32Tensor { scale } => self.become_float(*scale),
            Transform::ToDtype { dtype: Dtype::Uint8, .. }
            | Transform::ConvertImageDtype { dtype: Dtype::Uint8 } => {
                if self.units.normalized {
                    return Err(key.fault("normalised values cannot become 8-bit again"));
                }
                self.units = Units::LEVELS;
            }
            Transform::ToDtype { scale, .. } => self.become_float(*scale),
            Transform::ConvertImageDtype { .. } => self.become_float(true),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn become_float(&mut self, scale: bool) {
        if !self.units.float {
            // Floats on the 0–255 scale are (level / 255) / (1 / 255).
            self.units.std = [if scale { 1.0 } else { 1.0 / 255.0 }; 3];
            self.units.float = true;
        }
    }

    fn normalize(&mut self, mean: &[f64; 3], std: &[f64; 3], key: &Key) -> Result<(), Fault> {
        self.become_float(true);
        self.units.normalized = true;
        for channel in 0..3 {
            if !mean[channel].is_finite() || !std[channel].is_finite() || std[channel] == 0.0 {
                return Err(key.fault("mean must be finite, std finite and not zero"));
            }
            // ((x − m₁) / s₁ − m₂) / s₂ = (x − (m₁ + s₁ m₂)) / (s₁ s₂)
            self.units.mean[channel] += self.units.std[channel] * mean[channel];
            self.units.std[channel] *= std[channel];
        }
        Ok(())
    }

    /// Plans one transform; `None` for one that changes nothing.
    fn operation(&mut self, transform: &Transform, key: &Key) -> Result<Option<Box<dyn Operation>>, Fault> {
        if self.units.normalized && !keeps_values(transform) {
            return Err(key
                .fault("it stands after normalize, where values are no longer those of an 8-bit image")
                .hint("Move it before normalize."));
        }
        let place = &Place { key, id: self.next_id, units: self.units };
        self.next_id += 1;
        Ok(Some(match transform {
            Transform::Compose { transforms } => Box::new(containers::Sequence(self.inner(transforms, key)?)),
            Transform::RandomApply { transforms, p } => {
                containers::random_apply(place, self.inner(transforms, key)?, *p)?
            }
            Transform::RandomChoice { transforms, p } => {
                containers::random_choice(place, self.inner(transforms, key)?, p.as_deref())?
            }
            Transform::RandomOrder { transforms } => {
                containers::random_order(place, self.inner(transforms, key)?)
            }
            Transform::Resize { size, interpolation, max_size, antialias } => {
                resize::plan(place, size, *interpolation, *max_size, *antialias)?
            }
            Transform::CenterCrop { size } => Box::new(center_crop::plan(place, *size)?),
            Transform::RandomCrop { size, padding, pad_if_needed, fill, padding_mode } => {
                random_crop::plan(place, *size, *padding, *pad_if_needed, *fill, *padding_mode)?
            }
            Transform::RandomResizedCrop { size, scale, ratio, interpolation, antialias } => {
                random_resized_crop::plan(place, *size, *scale, *ratio, *interpolation, *antialias)?
            }
            Transform::Pad { padding, fill, padding_mode } => {
                pad::plan(place, *padding, *fill, *padding_mode)?
            }
            Transform::RandomHorizontalFlip { p } => random_flip::horizontal(place, *p)?,
            Transform::RandomVerticalFlip { p } => random_flip::vertical(place, *p)?,
            Transform::RandomRotation { degrees, interpolation, expand, center, fill } => {
                random_rotation::plan(place, *degrees, *interpolation, *expand, *center, *fill)?
            }
            Transform::RandomAffine { degrees, translate, scale, shear, interpolation, fill, center } => {
                random_affine::plan(
                    place,
                    *degrees,
                    *translate,
                    *scale,
                    *shear,
                    *interpolation,
                    *fill,
                    *center,
                )?
            }
            Transform::RandomPerspective { distortion_scale, p, interpolation, fill } => {
                random_perspective::plan(place, *distortion_scale, *p, *interpolation, *fill)?
            }
            Transform::ElasticTransform { alpha, sigma, interpolation, fill } => {
                elastic_transform::plan(place, *alpha, *sigma, *interpolation, *fill)?
            }
            Transform::RandomZoomOut { fill, side_range, p } => {
                random_zoom_out::plan(place, *fill, *side_range, *p)?
            }
            Transform::ScaleJitter { target_size, scale_range, interpolation, antialias } => {
                scale_jitter::plan(place, *target_size, *scale_range, *interpolation, *antialias)?
            }
            Transform::RandomShortestSize { min_size, max_size, interpolation, antialias } => {
                random_shortest_size::plan(place, min_size, *max_size, *interpolation, *antialias)?
            }
            Transform::ColorJitter { brightness, contrast, saturation, hue } => {
                color_jitter::plan(place, *brightness, *contrast, *saturation, *hue)?
            }
            Transform::RandomPhotometricDistort { brightness, contrast, saturation, hue, p } => {
                random_photometric_distort::plan(place, *brightness, *contrast, *saturation, *hue, *p)?
            }
            Transform::RandomChannelPermutation {} => random_channel_permutation::plan(place),
            Transform::Grayscale { num_output_channels } => grayscale::plan(place, *num_output_channels)?,
            Transform::RandomGrayscale { p } => random_grayscale::plan(place, *p)?,
            Transform::GaussianBlur { kernel_size, sigma } => {
                gaussian_blur::plan(place, *kernel_size, *sigma)?
            }
            Transform::GaussianNoise { mean, sigma, clip } => {
                gaussian_noise::plan(place, *mean, *sigma, *clip)?
            }
            Transform::RandomInvert { p } => random_invert::plan(place, *p)?,
            Transform::RandomPosterize { bits, p } => random_posterize::plan(place, *bits, *p)?,
            Transform::RandomSolarize { threshold, p } => random_solarize::plan(place, *threshold, *p)?,
            Transform::RandomAdjustSharpness { sharpness_factor, p } => {
                random_adjust_sharpness::plan(place, *sharpness_factor, *p)?
            }
            Transform::RandomAutocontrast { p } => random_autocontrast::plan(place, *p)?,
            Transform::RandomEqualize { p } => random_equalize::plan(place, *p)?,
            Transform::Jpeg { quality } => jpeg::plan(place, *quality)?,
            Transform::RandomErasing { p, scale, ratio, value } => {
                random_erasing::plan(place, *p, *scale, *ratio, *value)?
            }
            Transform::AutoAugment { policy, interpolation, fill } => {
                auto_augment::plan(place, *policy, *interpolation, *fill)?
            }
            Transform::RandAugment { num_ops, magnitude, num_magnitude_bins, interpolation, fill } => {
                rand_augment::plan(place, *num_ops, *magnitude, *num_magnitude_bins, *interpolation, *fill)?
            }
            Transform::TrivialAugmentWide { num_magnitude_bins, interpolation, fill } => {
                trivial_augment_wide::plan(place, *num_magnitude_bins, *interpolation, *fill)?
            }
            Transform::AugMix {
                severity,
                mixture_width,
                chain_depth,
                alpha,
                all_ops,
                interpolation,
                fill,
            } => {
                let chains = aug_mix::Chains {
                    severity: *severity,
                    width: *mixture_width,
                    depth: *chain_depth,
                    alpha: *alpha,
                    all_ops: *all_ops,
                };
                aug_mix::plan(place, chains, *interpolation, *fill)?
            }
            Transform::RandomJpegCompression { quality_min, quality_max, p } => {
                random_jpeg_compression::plan(place, *quality_min, *quality_max, *p)?
            }
            Transform::RandomPixelate { scale_min, scale_max, p } => {
                random_pixelate::plan(place, *scale_min, *scale_max, *p)?
            }
            Transform::RandomBilinearDownscale { scale_min, scale_max, p } => {
                random_bilinear_downscale::plan(place, *scale_min, *scale_max, *p)?
            }
            Transform::RandomGaussianNoise { sigma_min, sigma_max, p } => {
                random_gaussian_noise::plan(place, *sigma_min, *sigma_max, *p)?
            }
            Transform::BroadcastZoomOut { min_scale, max_scale, fill_color, p } => {
                broadcast_zoom_out::plan(place, *min_scale, *max_scale, *fill_color, *p)?
            }
            Transform::BroadcastZoomIn { min_scale, max_scale, p } => {
                broadcast_zoom_in::plan(place, *min_scale, *max_scale, *p)?
            }
            Transform::Identity {}
            | Transform::Rgb {}
            | Transform::ToImage {}
            | Transform::PilToTensor {}
            | Transform::ToPureTensor {}
            | Transform::Normalize { .. }
            | Transform::ToTensor {}
            | Transform::ToDtype { .. }
            | Transform::ConvertImageDtype { .. }
            | Transform::ToFloat32Tensor { .. } => return Ok(None),
        }))
    }
}

/// Transforms that only move pixels or write given colours, so that they mean the same on normalised values.
fn keeps_values(transform: &Transform) -> bool {
    matches!(
        transform,
        Transform::Compose { .. }
            | Transform::RandomApply { .. }
            | Transform::RandomChoice { .. }
            | Transform::RandomOrder { .. }
            | Transform::Identity {}
            | Transform::CenterCrop { .. }
            | Transform::RandomCrop { .. }
            | Transform::Pad { .. }
            | Transform::RandomHorizontalFlip { .. }
            | Transform::RandomVerticalFlip { .. }
            | Transform::RandomZoomOut { .. }
            | Transform::RandomErasing { .. }
            | Transform::Rgb {}
            | Transform::ToImage {}
            | Transform::PilToTensor {}
            | Transform::ToTensor {}
            | Transform::ToPureTensor {}
            | Transform::ToDtype { .. }
            | Transform::ConvertImageDtype { .. }
            | Transform::ToFloat32Tensor { .. }
    )
}
