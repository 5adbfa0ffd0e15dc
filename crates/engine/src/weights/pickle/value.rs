//! What a pickle can hold here. Nodes lie in an arena, so that neither cycles nor depth can hurt.

use tch::Kind;

pub(in crate::weights) type Ref = usize;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::weights) enum Node {
    None,
    Bool(bool),
    Int(i64),
    Float,
    Text(String),
    Bytes,
    Tuple(Vec<Ref>),
    List(Vec<Ref>),
    Dict(Vec<(Ref, Ref)>),
    /// One of the allowed names.
    Global(Global),
    Storage {
        kind: Kind,
        key: String,
    },
    Tensor(StoredTensor),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::weights) enum Global {
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`, and its elder without the last arguments.
    RebuildTensor,
    RebuildParameter,
    Size,
    Storage(Kind),
}

impl Global {
    /// `None` for everything that is not a description of tensors.
    pub(in crate::weights) fn named(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "Size") => Self::Size,
            ("torch" | "torch.storage" | "torch.cuda", storage) => Self::Storage(match storage {
                "FloatStorage" => Kind::Float,
                "DoubleStorage" => Kind::Double,
                "HalfStorage" => Kind::Half,
                "BFloat16Storage" => Kind::BFloat16,
                "LongStorage" => Kind::Int64,
                "IntStorage" => Kind::Int,
                "ShortStorage" => Kind::Int16,
                "CharStorage" => Kind::Int8,
                "ByteStorage" => Kind::Uint8,
                "BoolStorage" => Kind::Bool,
                _ => return None,
            }),
            _ => return None,
        })
    }
}

/// A view of a storage.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::weights) struct StoredTensor {
    pub kind: Kind,
    pub key: String,
    /// In elements.
    pub offset: i64,
    pub shape: Vec<i64>,
    pub stride: Vec<i64>,
}

/// An arena and its root.
#[derive(Debug)]
pub(in crate::weights) struct Pickled {
    pub nodes: Vec<Node>,
    pub root: Ref,
    /// Bytes that the pickle took.
    pub length: usize,
}

impl Pickled {
    /// Entries of a dictionary with text keys; others are left out.
    pub(in crate::weights) fn entries(&self, of: Ref) -> Vec<(&str, Ref)> {
        match &self.nodes[of] {
            Node::Dict(items) => items
                .iter()
                .filter_map(|&(key, value)| match &self.nodes[key] {
                    Node::Text(text) => Some((text.as_str(), value)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}
