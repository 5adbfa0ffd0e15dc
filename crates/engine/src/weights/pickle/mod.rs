//! A restricted unpickler: it builds plain values and descriptions of tensors, and runs nothing.

mod machine;
mod value;

pub(super) use machine::unpickle;
pub(super) use value::{Node, Pickled, Ref, StoredTensor};
