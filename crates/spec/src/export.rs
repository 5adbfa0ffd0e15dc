//! Writing the model to ONNX.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Weights;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// File to write; its folder exists. What is there already stays until the new file is whole.
    pub path: String,
    /// 13 … 21.
    pub opset: u32,
    /// Write each batch norm into the convolution before it.
    pub fold_bn: bool,
    pub weights: Weights,
    /// Height and width of the input; `null` leaves them open.
    pub input_hw: Option<[u32; 2]>,
    /// A second file that takes images as they are.
    pub uint8: Option<Uint8Export>,
    /// Class names in index order, stored in the metadata of both files as a JSON array under `labels`.
    pub labels: Vec<String>,
    /// More metadata of both files.
    pub metadata: BTreeMap<String, String>,
    /// Images to answer the way the files should, for a check: the first of the validation split, or of another split,
    /// or noise where there is no data. 0 leaves the check out.
    pub check_images: u32,
}

/// The network with its preprocessing inside: u8 [N, H, W, 3] of any size in, probabilities and logits out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Uint8Export {
    pub path: String,
    pub preprocessing: ExportPreprocessing,
}

/// Bilinear `Resize`, `CenterCrop` and `Normalize`, as torchvision takes them; `null` leaves a step out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportPreprocessing {
    /// One number (the shorter side) or [height, width].
    pub resize: Option<Vec<u32>>,
    pub antialias: bool,
    /// [height, width].
    pub crop: Option<[u32; 2]>,
    pub mean: [f64; 3],
    pub std: [f64; 3],
}

/// Answer of `Session.export`; the check's arrays come beside it ([`ExportArrays`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExportReport {
    pub model: ExportedFile,
    pub uint8: Option<ExportedFile>,
    /// What was written, raw or EMA.
    pub weights: Weights,
    /// [n, 3, height, width] of the check's inputs; n is 0 without a check.
    pub check_shape: [u32; 4],
    pub seconds: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExportedFile {
    pub path: String,
    #[ts(type = "number")]
    pub bytes: u64,
    pub sha256: String,
}

/// A batch and the network's own answer to it, in fp32 on the CPU whatever the run's precision.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportArrays {
    /// Row-major [n, 3, height, width], normalised.
    pub inputs_nchw: Vec<f32>,
    /// Row-major [n, classes].
    pub logits_nc: Vec<f32>,
}
