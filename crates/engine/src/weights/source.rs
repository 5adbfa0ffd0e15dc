//! A file of named tensors, whatever its format.

use tch::{Kind, Tensor};

use crate::checkpoint::{TensorFile, refuse};
use crate::error::Result;

pub(super) trait WeightSource {
    fn path(&self) -> String;

    fn names(&self) -> Vec<String>;

    fn shape(&self, name: &str) -> Option<Vec<i64>>;

    /// On the CPU, in the file's own kind.
    fn tensor(&self, name: &str) -> Result<Tensor>;
}

pub(super) struct FromSafetensors(pub TensorFile);

impl WeightSource for FromSafetensors {
    fn path(&self) -> String {
        self.0.path().to_owned()
    }

    fn names(&self) -> Vec<String> {
        self.0.names().map(str::to_owned).collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<i64>> {
        self.0.get(name).map(|(_, shape, _)| shape.to_vec())
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        let (kind, shape, bytes) =
            self.0.get(name).ok_or_else(|| refuse(format!("{} lacks \"{name}\"", self.0.path())))?;
        tensor_of(bytes, shape, kind)
    }
}

/// A tensor of its own from row-major bytes.
pub(super) fn tensor_of(bytes: &[u8], shape: &[i64], kind: Kind) -> Result<Tensor> {
    let tensor = Tensor::f_empty(shape, (kind, tch::Device::Cpu))?;
    crate::torch::from_bytes(&tensor, bytes)?;
    Ok(tensor)
}
