//! MixUp and CutMix as torchvision's v2 transforms do them: each image with the one before it in the batch.

use classifier_spec::MixSpec;
use tch::Tensor;

use crate::error::{Error, Result};
use crate::random::Key;

/// How one batch is mixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mixture {
    /// Weight of an image's own label.
    pub share: f64,
    /// What is cut out and replaced; without it the images are blended.
    cut: Option<Cut>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    top: i64,
    left: i64,
    height: i64,
    width: i64,
}

impl Mixture {
    /// The mixture of a batch, a function of (seed, epoch, batch); `None` where it stays as it is.
    pub(crate) fn draw(spec: &MixSpec, seed: u64, at: [u64; 2], height: i64, width: i64) -> Option<Self> {
        if spec.off_epoch.is_some_and(|off| at[0] >= u64::from(off)) {
            return None;
        }
        let key = Key::new(seed, "mix", &at);
        if key.uniform(0) >= spec.probability {
            return None;
        }
        let cut_first = match (spec.mixup_alpha, spec.cutmix_alpha) {
            (None, None) => return None,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (Some(_), Some(_)) => key.uniform(1) < 0.5,
        };
        let alpha = if cut_first { spec.cutmix_alpha } else { spec.mixup_alpha }?;
        let share = key.child(0).beta(alpha, alpha);
        if !cut_first {
            return Some(Self { share, cut: None });
        }
        let centre = [(key.uniform(2) * height as f64) as i64, (key.uniform(3) * width as f64) as i64];
        Some(Self::cut(share, centre, height, width))
    }

    /// A box of 1 − `share` of the area around (y, x), as far as it lies in the image; the share follows the box.
    fn cut(share: f64, [y, x]: [i64; 2], height: i64, width: i64) -> Self {
        let half = 0.5 * (1.0 - share).sqrt();
        let (half_h, half_w) = ((half * height as f64) as i64, (half * width as f64) as i64);
        let (top, left) = ((y - half_h).max(0), (x - half_w).max(0));
        let (bottom, right) = ((y + half_h).min(height), (x + half_w).min(width));
        let cut = Cut { top, left, height: bottom - top, width: right - left };
        let share = 1.0 - (cut.height * cut.width) as f64 / (height * width) as f64;
        Self { share, cut: Some(cut) }
    }

    /// Mixed images [N, 3, H, W].
    pub(crate) fn images(&self, images_nchw: &Tensor) -> Result<Tensor> {
        let others_nchw = rolled(images_nchw)?;
        match self.cut {
            None => Ok(others_nchw
                .f_mul_scalar(1.0 - self.share)?
                .f_add(&images_nchw.f_mul_scalar(self.share)?)?),
            Some(cut) => {
                let mixed_nchw = images_nchw.f_clone(images_nchw)?;
                let part = |tensor: &Tensor| -> Result<Tensor> {
                    Ok(tensor.f_narrow(2, cut.top, cut.height)?.f_narrow(3, cut.left, cut.width)?)
                };
                crate::torch::copy(&part(&mixed_nchw)?, &part(&others_nchw)?, false)?;
                Ok(mixed_nchw)
            }
        }
    }
}

/// The batch moved on by one: image i becomes image i − 1.
pub(crate) fn rolled(tensor: &Tensor) -> Result<Tensor> {
    let n = *tensor.size().first().ok_or_else(|| Error::bug("a batch without dimensions"))?;
    if n < 2 {
        return Ok(tensor.shallow_clone());
    }
    Ok(Tensor::f_cat(&[tensor.f_narrow(0, n - 1, 1)?, tensor.f_narrow(0, 0, n - 1)?], 0)?)
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    fn batch() -> Tensor {
        Tensor::arange(2 * 3 * 4 * 6, (Kind::Float, tch::Device::Cpu)).view([2, 3, 4, 6])
    }

    fn values(tensor: &Tensor) -> Vec<f32> {
        Vec::try_from(tensor.flatten(0, -1)).expect("floats")
    }

    #[test]
    fn blending_weighs_by_the_share() {
        let mixed = Mixture { share: 0.75, cut: None }.images(&batch()).expect("mixed");
        assert_eq!(values(&mixed)[0], 0.25 * 72.0);
        assert_eq!(values(&mixed)[72], 0.75 * 72.0);
    }

    #[test]
    fn cutting_replaces_the_box_and_counts_its_area() {
        // torchvision: r = 0.5 · √0.75 of the sides 4 and 6, around (1, 5): rows 0–1, columns 3–5.
        let mixture = Mixture::cut(0.25, [1, 5], 4, 6);
        assert_eq!(mixture.cut, Some(Cut { top: 0, left: 3, height: 2, width: 3 }));
        assert!((mixture.share - 0.75).abs() < 1e-12);
        let (plain, mixed) = (values(&batch()), values(&mixture.images(&batch()).expect("mixed")));
        for (i, &value) in mixed.iter().enumerate() {
            let (row, column) = (i / 6 % 4, i % 6);
            let inside = row < 2 && column >= 3;
            assert_eq!(value, if inside { plain[(i + 72) % 144] } else { plain[i] }, "{i}");
        }
    }

    #[test]
    fn draws_follow_the_options() {
        let spec =
            MixSpec { mixup_alpha: Some(0.4), cutmix_alpha: Some(1.0), probability: 0.5, off_epoch: Some(3) };
        let draws: Vec<_> = (0..400).map(|batch| Mixture::draw(&spec, 1, [0, batch], 32, 32)).collect();
        let mixed = draws.iter().flatten().count();
        let cut = draws.iter().flatten().filter(|mixture| mixture.cut.is_some()).count();
        assert!((150..250).contains(&mixed) && (mixed / 3..2 * mixed / 3).contains(&cut), "{mixed} {cut}");
        assert_eq!(draws[7], Mixture::draw(&spec, 1, [0, 7], 32, 32));
        assert_eq!(Mixture::draw(&spec, 1, [3, 7], 32, 32), None);
    }
}
