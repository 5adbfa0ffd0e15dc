use crate::{ElementType, Opset};

/// Why a graph could not be built or written; each message names the node, tensor or limit.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    #[error(
        "opset {opset} is out of range: the writer knows ONNX opsets {} to {} (default {})",
        Opset::MIN,
        Opset::MAX,
        Opset::DEFAULT
    )]
    OpsetOutOfRange { opset: u32 },
    #[error("the name \"{name}\" is used twice in the graph")]
    DuplicateName { name: String },
    #[error("an empty name: every value of a graph needs one")]
    EmptyName,
    #[error("node \"{node}\" reads \"{value}\", which this graph does not hold")]
    UnknownValue { node: String, value: String },
    #[error("node \"{node}\": {input} must be {expected}, it is {found}")]
    ElementType { node: String, input: &'static str, expected: &'static str, found: ElementType },
    #[error("node \"{node}\": {problem}")]
    Shape { node: String, problem: String },
    #[error("node \"{node}\": {problem}")]
    Attribute { node: String, problem: String },
    #[error("tensor \"{name}\" of {element} {dims:?} needs {expected} bytes, {found} were given")]
    TensorBytes { name: String, element: ElementType, dims: Vec<u64>, expected: u64, found: u64 },
    #[error("the weights hold no tensor \"{name}\"")]
    MissingWeight { name: String },
    #[error("tensor \"{name}\" has shape {found:?}, expected {expected}")]
    WeightShape { name: String, expected: String, found: Vec<u64> },
    #[error("batch norm cannot be folded: {problem}")]
    Fold { problem: String },
    #[error("preprocessing cannot be written to ONNX: {problem}")]
    Preprocessing { problem: String },
    #[error("the graph has no output")]
    NoOutput,
    #[error("metadata key \"{key}\" is given twice")]
    DuplicateMetadata { key: String },
    #[error(
        "the model needs {bytes} bytes; a protobuf file holds at most {} (2 GiB − 1), and external data is not written",
        crate::MAX_MODEL_BYTES
    )]
    TooLarge { bytes: u64 },
    #[error("the model could not be written: {0}")]
    Write(#[from] std::io::Error),
}
