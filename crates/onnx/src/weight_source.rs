use std::borrow::Cow;

use crate::{ElementType, OnnxError, Tensor};

/// One weight: row-major little-endian f32.
#[derive(Debug, Clone)]
pub struct WeightView<'a> {
    pub shape: Vec<u64>,
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> WeightView<'a> {
    /// Refers to `values` where the machine is little-endian, copies them elsewhere.
    pub fn of(shape: Vec<u64>, values: &'a [f32]) -> Self {
        let bytes = if cfg!(target_endian = "little") {
            // SAFETY: any f32 is four valid bytes, and u8 has no alignment; the lifetime is that of `values`.
            let bytes =
                unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values)) };
            Cow::Borrowed(bytes)
        } else {
            Cow::Owned(values.iter().flat_map(|value| value.to_le_bytes()).collect())
        };
        Self { shape, bytes }
    }

    pub(crate) fn into_tensor(self, name: &str) -> Result<Tensor<'a>, OnnxError> {
        Tensor::new(name, ElementType::F32, &self.shape, self.bytes)
    }

    pub(crate) fn values(&self) -> Vec<f32> {
        self.bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

/// Where a network's weights come from, by torchvision's names (`layer1.0.conv1.weight`).
pub trait WeightSource {
    /// `None` where there is no such tensor.
    fn tensor(&self, name: &str) -> Option<WeightView<'_>>;
}

/// The weight, or an error that names it.
pub(crate) fn required<'a>(weights: &'a dyn WeightSource, name: &str) -> Result<WeightView<'a>, OnnxError> {
    weights.tensor(name).ok_or_else(|| OnnxError::MissingWeight { name: name.to_owned() })
}
