//! The model as an ONNX file: layers write themselves through [`Emission`].

mod emission;
mod fault;
mod file;
mod weights;

pub(crate) use emission::Emission;
pub(crate) use fault::onnx_fault;
pub(crate) use file::write_model;
pub(crate) use weights::NamedWeights;
