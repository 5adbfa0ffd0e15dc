//! Image transforms, with torchvision v2's names and parameters. Field order is the Python signature's.
//!
//! This is the resolved form: where Python takes "a number or a sequence", the sequence stands here (`size: 224` of a
//! crop is `[224, 224]`, `brightness: 0.4` is `[0.6, 1.4]`, `degrees: 10` is `[-10, 10]`, `fill: 0` is `[0, 0, 0]`).
//! Python's `inplace` flags have no counterpart. `MixUp` and `CutMix` mix whole batches and are a part of the plan
//! ([`crate::MixSpec`]), not of this list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The interpolations that torchvision has for tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    Nearest,
    NearestExact,
    Bilinear,
    Bicubic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PaddingMode {
    Constant,
    Edge,
    Reflect,
    Symmetric,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AutoAugmentPolicy {
    Imagenet,
    Cifar10,
    Svhn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dtype {
    Uint8,
    Float16,
    Bfloat16,
    Float32,
    Float64,
}

/// One transform. `fill` is a colour on the 0–255 scale, or `null` for torchvision's `None` (black, without the mask
/// that a given colour is blended by).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    // Containers
    Compose {
        transforms: Vec<Transform>,
    },
    RandomApply {
        transforms: Vec<Transform>,
        p: f64,
    },
    RandomChoice {
        transforms: Vec<Transform>,
        /// A weight for each; they need not sum to one. `null`: all alike.
        p: Option<Vec<f64>>,
    },
    RandomOrder {
        transforms: Vec<Transform>,
    },
    Identity {},

    // Geometry
    Resize {
        /// One number (the shorter side), [height, width], or empty: only `max_size` counts.
        size: Vec<u32>,
        interpolation: Interpolation,
        max_size: Option<u32>,
        antialias: bool,
    },
    CenterCrop {
        /// [height, width].
        size: [u32; 2],
    },
    RandomCrop {
        /// [height, width].
        size: [u32; 2],
        /// [left, top, right, bottom]; negative values crop.
        padding: Option<[i32; 4]>,
        pad_if_needed: bool,
        fill: Option<[f64; 3]>,
        padding_mode: PaddingMode,
    },
    RandomResizedCrop {
        /// [height, width].
        size: [u32; 2],
        scale: [f64; 2],
        ratio: [f64; 2],
        interpolation: Interpolation,
        antialias: bool,
    },
    Pad {
        /// [left, top, right, bottom]; negative values crop.
        padding: [i32; 4],
        fill: Option<[f64; 3]>,
        padding_mode: PaddingMode,
    },
    RandomHorizontalFlip {
        p: f64,
    },
    RandomVerticalFlip {
        p: f64,
    },
    RandomRotation {
        /// [lowest, highest], counter-clockwise.
        degrees: [f64; 2],
        interpolation: Interpolation,
        expand: bool,
        /// [x, y] in pixels from the upper left corner; `null` is the middle.
        center: Option<[f64; 2]>,
        fill: Option<[f64; 3]>,
    },
    RandomAffine {
        /// [lowest, highest], clockwise.
        degrees: [f64; 2],
        /// Largest shift as a share of [width, height].
        translate: Option<[f64; 2]>,
        scale: Option<[f64; 2]>,
        /// [x lowest, x highest, y lowest, y highest] in degrees. Two numbers of Python mean x only: y is [0, 0].
        shear: Option<[f64; 4]>,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
        /// [x, y] in pixels from the upper left corner; `null` is the middle.
        center: Option<[f64; 2]>,
    },
    RandomPerspective {
        distortion_scale: f64,
        p: f64,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },
    ElasticTransform {
        /// [x, y].
        alpha: [f64; 2],
        /// [x, y].
        sigma: [f64; 2],
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },
    RandomZoomOut {
        fill: Option<[f64; 3]>,
        side_range: [f64; 2],
        p: f64,
    },
    ScaleJitter {
        /// [height, width].
        target_size: [u32; 2],
        scale_range: [f64; 2],
        interpolation: Interpolation,
        antialias: bool,
    },
    RandomShortestSize {
        min_size: Vec<u32>,
        max_size: Option<u32>,
        interpolation: Interpolation,
        antialias: bool,
    },

    // Colour
    ColorJitter {
        /// [lowest, highest] factor.
        brightness: Option<[f64; 2]>,
        contrast: Option<[f64; 2]>,
        saturation: Option<[f64; 2]>,
        /// [lowest, highest] shift, in turns of the colour circle.
        hue: Option<[f64; 2]>,
    },
    RandomPhotometricDistort {
        brightness: [f64; 2],
        contrast: [f64; 2],
        saturation: [f64; 2],
        hue: [f64; 2],
        p: f64,
    },
    RandomChannelPermutation {},
    Grayscale {
        /// 1 or 3; the engine's images have three channels, so both give three equal ones.
        num_output_channels: u32,
    },
    RandomGrayscale {
        p: f64,
    },
    Rgb {},
    GaussianBlur {
        /// [x, y], odd.
        kernel_size: [u32; 2],
        sigma: [f64; 2],
    },
    GaussianNoise {
        /// On the 0–1 scale, like `sigma`.
        mean: f64,
        sigma: f64,
        clip: bool,
    },
    RandomInvert {
        p: f64,
    },
    RandomPosterize {
        bits: u32,
        p: f64,
    },
    RandomSolarize {
        threshold: f64,
        p: f64,
    },
    RandomAdjustSharpness {
        sharpness_factor: f64,
        p: f64,
    },
    RandomAutocontrast {
        p: f64,
    },
    RandomEqualize {
        p: f64,
    },
    Jpeg {
        /// [lowest, highest] quality, both possible.
        quality: [u32; 2],
    },
    RandomErasing {
        p: f64,
        scale: [f64; 2],
        ratio: [f64; 2],
        /// A colour in the units of the place where it stands (after `Normalize`: normalised); `null` is Python's
        /// `"random"`: standard normal noise.
        value: Option<[f64; 3]>,
    },

    // Policies
    AutoAugment {
        policy: AutoAugmentPolicy,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },
    RandAugment {
        num_ops: u32,
        magnitude: u32,
        num_magnitude_bins: u32,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },
    TrivialAugmentWide {
        num_magnitude_bins: u32,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },
    AugMix {
        severity: u32,
        mixture_width: u32,
        /// −1 draws 1 … 3.
        chain_depth: i32,
        alpha: f64,
        all_ops: bool,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    },

    // Types
    Normalize {
        mean: [f64; 3],
        std: [f64; 3],
    },
    ToImage {},
    PilToTensor {},
    ToTensor {},
    ToDtype {
        dtype: Dtype,
        scale: bool,
    },
    ConvertImageDtype {
        dtype: Dtype,
    },
    ToPureTensor {},

    // Broadcast degradations of `classifier_training.transforms`
    /// `RandomJPEGCompression`.
    RandomJpegCompression {
        quality_min: u32,
        quality_max: u32,
        p: f64,
    },
    RandomPixelate {
        scale_min: f64,
        scale_max: f64,
        p: f64,
    },
    RandomBilinearDownscale {
        scale_min: f64,
        scale_max: f64,
        p: f64,
    },
    /// Of `classifier_training`, on the 0–255 scale.
    RandomGaussianNoise {
        sigma_min: f64,
        sigma_max: f64,
        p: f64,
    },
    /// `classifier_training.transforms.RandomZoomOut`.
    BroadcastZoomOut {
        min_scale: f64,
        max_scale: f64,
        fill_color: [f64; 3],
        p: f64,
    },
    /// `classifier_training.transforms.RandomZoomIn`.
    BroadcastZoomIn {
        min_scale: f64,
        max_scale: f64,
        p: f64,
    },
    ToFloat32Tensor {
        scale: bool,
    },
}
