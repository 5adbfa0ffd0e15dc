//! Image transforms, with torchvision v2's names and parameters. Field order is the Python signature's.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    Nearest,
    NearestExact,
    Bilinear,
    Bicubic,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    Resize {
        /// One number (the shorter side) or [height, width].
        size: Vec<u32>,
        interpolation: Interpolation,
        max_size: Option<u32>,
        antialias: bool,
    },
    CenterCrop {
        /// [height, width].
        size: [u32; 2],
    },
    RandomResizedCrop {
        size: [u32; 2],
        scale: [f64; 2],
        ratio: [f64; 2],
        interpolation: Interpolation,
        antialias: bool,
    },
    RandomHorizontalFlip {
        p: f64,
    },
    Normalize {
        mean: [f64; 3],
        std: [f64; 3],
    },
}
