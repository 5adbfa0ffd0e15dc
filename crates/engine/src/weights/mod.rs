//! Initial weights: `.safetensors`, PyTorch's `.pth`/`.pt`/`.ckpt`, or a checkpoint folder of ours.

mod assign;
mod pickle;
mod pretrained;
mod source;
mod torch_file;
mod zip;

use std::path::Path;

use crate::checkpoint::{MODEL, TensorFile, refuse, verify};
use crate::error::Result;
use crate::network::Network;
use source::{FromSafetensors, WeightSource};
use torch_file::TorchFile;

/// Loads into the masters; returns lines for the user.
pub(crate) fn load_initial(path: &str, network: &Network) -> Result<Vec<String>> {
    let _no_grad = tch::no_grad_guard();
    let path = Path::new(path);
    if path.is_dir() {
        verify(path)?;
        return assign::assign(&FromSafetensors(TensorFile::open(&path.join(MODEL))?), network);
    }
    if !path.exists() {
        return Err(refuse(format!("model.weights: {} does not exist", path.display())).into());
    }
    pretrained::check(path)?;
    let source: Box<dyn WeightSource> = if has_extension(path, "safetensors") {
        Box::new(FromSafetensors(TensorFile::open(path)?))
    } else {
        Box::new(TorchFile::open(path)?)
    };
    assign::assign(source.as_ref(), network)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}
