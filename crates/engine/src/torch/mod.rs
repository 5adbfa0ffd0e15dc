//! The C++ shim over what `tch` lacks: tensor lists, memory formats, fused optimizers, the process's settings.

mod call;
mod frozen_conv;
mod fused;
mod image_conv;
mod lists;
mod optimize;
mod process;
mod side_by_side;
mod tensor;
#[cfg(test)]
mod test_tensors;
mod winograd;

pub(crate) use frozen_conv::FrozenConv;
pub(crate) use fused::*;
pub(crate) use image_conv::*;
pub(crate) use lists::*;
pub(crate) use optimize::*;
pub(crate) use process::*;
pub(crate) use side_by_side::*;
pub(crate) use tensor::*;
pub(crate) use winograd::*;
