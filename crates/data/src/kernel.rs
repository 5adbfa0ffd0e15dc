//! What transforms do to pixels for given parameters, equal to torchvision v2 on 8-bit tensors.

pub mod blur;
pub mod color;
pub mod erase;
pub mod grid;
pub mod histogram;
pub mod hue;
pub mod mirror;
pub mod noise;
pub mod pad;
pub mod perspective;
pub mod pixelwise;
mod plain_cubic;
pub(crate) mod resample;
pub mod resize;
pub mod rotation;
pub mod sharpness;
