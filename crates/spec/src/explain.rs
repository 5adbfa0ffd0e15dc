//! Where in an image the evidence for a class lies.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Split, Weights};

/// Asks for Grad-CAM heat maps of samples of a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HeatMapRequest {
    pub split: Split,
    /// Indices within the split.
    pub samples: Vec<u32>,
    /// The class that each map speaks of; `null` is the predicted one.
    pub targets: Option<Vec<u32>>,
    /// Where the network is cut (`layer1` … `layer4`); `null` is the deepest place whose map has 4 cells each way.
    pub layer: Option<String>,
    pub weights: Weights,
}

/// Answer of `Session.heat_maps`; pixels and maps come beside it as typed arrays ([`HeatMapArrays`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HeatMapReport {
    pub layer: String,
    /// Height and width of what the network saw.
    pub input_hw: [u32; 2],
    pub map_hw: [u32; 2],
    /// The class that each map speaks of.
    pub targets: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapArrays {
    /// Row-major [n, height, width, 3]: what the network saw, before normalisation.
    pub images_nhwc: Vec<u8>,
    /// Row-major [n, map height, map width], in units of the logit, never below 0.
    pub maps_nhw: Vec<f32>,
}
