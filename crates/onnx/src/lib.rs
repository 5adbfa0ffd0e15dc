//! ONNX files without a framework: a checked graph builder and a protobuf writer.
//!
//! A [`Graph`] is built from typed [`Value`]s, each constructor checks element types, ranks and sizes as far as they are
//! known, and a [`Model`] writes it to any [`std::io::Write`]. Weights are borrowed, so a 100 MB network is written
//! without a copy. [`Emitter`] holds what a layer needs to write itself under torchvision's tensor names;
//! [`emit_preprocessing`] puts Pillow's resize and crop into the graph. `design.md` beside this crate says why.
//!
//! The format is `onnx.proto` of the ONNX project, operator sets 13 to 21.

mod attribute;
mod element_type;
mod emit;
mod error;
mod fold_bn;
mod graph;
mod model;
mod node;
mod op;
mod opset;
mod preprocess;
mod shape;
mod tensor;
mod value;
mod weight_source;
mod wire;

pub use attribute::Attribute;
pub use element_type::ElementType;
pub use emit::Emitter;
pub use error::OnnxError;
pub use fold_bn::{BatchNormTensors, fold_bn};
pub use graph::Graph;
pub use model::{MAX_MODEL_BYTES, Model};
pub use op::{ConvAttributes, GemmAttributes, PoolAttributes};
pub use opset::Opset;
pub use preprocess::{Crop, Preprocessed, Preprocessing, Resize, emit_preprocessing};
pub use shape::Dim;
pub use tensor::Tensor;
pub use value::Value;
pub use weight_source::{WeightSource, WeightView};
