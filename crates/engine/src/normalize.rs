//! From bytes to what the network sees.

use tch::{Device, Kind, Tensor};

use crate::batch::Normalization;
use crate::error::Result;
use crate::torch::{self, Format};

/// `((u8 / 255) − mean) / std` per channel, as [N, 3, H, W] of the pass's kind and order in memory.
#[derive(Debug)]
pub(crate) struct Normalize {
    mean_c: Tensor,
    std_c: Tensor,
    kind: Kind,
    format: Format,
}

impl Normalize {
    pub(crate) fn new(numbers: &Normalization, device: Device, kind: Kind, format: Format) -> Result<Self> {
        let column = |values: [f64; 3]| -> Result<Tensor> {
            let values = values.map(|value| value as f32);
            Ok(Tensor::f_from_slice(&values)?.f_view([3, 1, 1])?.f_to(device)?)
        };
        Ok(Self { mean_c: column(numbers.mean)?, std_c: column(numbers.std)?, kind, format })
    }

    /// The same numbers for fp32 on the CPU.
    pub(crate) fn on_cpu(&self) -> Result<Self> {
        let [mean_c, std_c] = [self.mean_c.f_to(Device::Cpu)?, self.std_c.f_to(Device::Cpu)?];
        Ok(Self { mean_c, std_c, kind: Kind::Float, format: Format::Contiguous })
    }

    /// `images_nhwc`: u8 on the device.
    pub(crate) fn apply(&self, images_nhwc: &Tensor) -> Result<Tensor> {
        let images_nchw = images_nhwc.f_permute([0, 3, 1, 2])?.f_to_kind(Kind::Float)?;
        let scaled = images_nchw.f_div_scalar(255.0)?.f_sub(&self.mean_c)?.f_div(&self.std_c)?;
        torch::in_format(&scaled.f_to_kind(self.kind)?, self.format)
    }
}
