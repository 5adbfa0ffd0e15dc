//! From bytes to what the network sees.

use tch::{Device, Kind, Tensor};

use crate::batch::Normalization;
use crate::error::Result;
use crate::torch::{self, Format};

/// `((u8 / 255) − mean) / std` per channel, as [N, 3, H, W] of the pass's kind and order in memory.
#[derive(Debug)]
pub(crate) struct Normalize {
    mean: [f32; 3],
    std: [f32; 3],
    own_kernel: bool,
    mean_c: Tensor,
    std_c: Tensor,
    kind: Kind,
    format: Format,
}

impl Normalize {
    pub(crate) fn new(
        numbers: &Normalization,
        device: Device,
        kind: Kind,
        format: Format,
        own_kernels: bool,
    ) -> Result<Self> {
        let (mean, std) = (numbers.mean.map(|value| value as f32), numbers.std.map(|value| value as f32));
        let column = |values: [f32; 3]| -> Result<Tensor> {
            Ok(Tensor::f_from_slice(&values)?.f_view([3, 1, 1])?.f_to(device)?)
        };
        let own_kernel = own_kernels
            && device == Device::Cpu
            && format == Format::ChannelsLast
            && matches!(kind, Kind::Float | Kind::BFloat16);
        Ok(Self { mean, std, own_kernel, mean_c: column(mean)?, std_c: column(std)?, kind, format })
    }

    /// The same numbers for fp32 on the CPU.
    pub(crate) fn on_cpu(&self) -> Result<Self> {
        let [mean_c, std_c] = [self.mean_c.f_to(Device::Cpu)?, self.std_c.f_to(Device::Cpu)?];
        Ok(Self { own_kernel: false, mean_c, std_c, kind: Kind::Float, format: Format::Contiguous, ..*self })
    }

    /// `images_nhwc`: u8 on the device.
    pub(crate) fn apply(&self, images_nhwc: &Tensor) -> Result<Tensor> {
        if self.own_kernel {
            return torch::normalize(images_nhwc, &self.mean, &self.std, self.kind);
        }
        let images_nchw = images_nhwc.f_permute([0, 3, 1, 2])?.f_to_kind(Kind::Float)?;
        let scaled = images_nchw.f_div_scalar(255.0)?.f_sub(&self.mean_c)?.f_div(&self.std_c)?;
        torch::in_format(&scaled.f_to_kind(self.kind)?, self.format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_the_formula_bit_for_bit() {
        for kind in [Kind::Float, Kind::BFloat16] {
            for pixels in [1, 16, 37, 5000] {
                let bytes: Vec<u8> = (0..2 * pixels * 3).map(|i| (i * 7 % 256) as u8).collect();
                let images_nhwc = Tensor::from_slice(&bytes).view([2, 1, pixels, 3]);
                let make = |own| {
                    Normalize::new(&Normalization::IMAGENET, Device::Cpu, kind, Format::ChannelsLast, own)
                        .and_then(|normalize| normalize.apply(&images_nhwc))
                        .expect("normalised")
                };
                let (own, plain) = (make(true), make(false));
                assert_eq!(own.size(), [2, 3, 1, pixels]);
                assert!(own.equal(&plain), "{kind:?} {pixels}");
            }
        }
    }
}
