use std::borrow::Cow;

use crate::wire::Message;
use crate::{Dim, ElementType, OnnxError, Value};

/// A constant of the graph: little-endian row-major bytes, borrowed where they can be.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    name: String,
    element: ElementType,
    dims: Vec<u64>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Tensor<'a> {
    /// `bytes` must be exactly what `dims` needs.
    pub fn new(
        name: &str,
        element: ElementType,
        dims: &[u64],
        bytes: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Self, OnnxError> {
        let bytes = bytes.into();
        let elements = dims.iter().try_fold(1u64, |product, dim| product.checked_mul(*dim));
        let expected = elements.and_then(|count| count.checked_mul(element.size())).unwrap_or(u64::MAX);
        let found = bytes.len() as u64;
        if found != expected {
            return Err(OnnxError::TensorBytes {
                name: name.to_owned(),
                element,
                dims: dims.to_vec(),
                expected,
                found,
            });
        }
        Ok(Self { name: name.to_owned(), element, dims: dims.to_vec(), bytes })
    }

    pub fn f32(name: &str, dims: &[u64], values: &[f32]) -> Result<Self, OnnxError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self::new(name, ElementType::F32, dims, bytes)
    }

    pub fn i64(name: &str, dims: &[u64], values: &[i64]) -> Result<Self, OnnxError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self::new(name, ElementType::I64, dims, bytes)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn dims(&self) -> &[u64] {
        &self.dims
    }

    pub(crate) fn value(&self) -> Value {
        Value {
            name: self.name.clone(),
            element: self.element,
            shape: self.dims.iter().map(|dim| Dim::Fixed(*dim)).collect(),
        }
    }

    pub(crate) fn encode(&self) -> Message<'_> {
        let mut proto = Message::default();
        self.dims.iter().for_each(|dim| proto.uint(1, *dim));
        proto.int(2, self.element.code().into());
        proto.string(8, &self.name);
        proto.bytes(9, &self.bytes);
        proto
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_byte_count_names_the_tensor() {
        let message =
            Tensor::new("fc.weight", ElementType::F32, &[2, 3], vec![0; 23]).unwrap_err().to_string();
        assert_eq!(message, "tensor \"fc.weight\" of f32 [2, 3] needs 24 bytes, 23 were given");
        assert!(Tensor::new("huge", ElementType::I64, &[u64::MAX, 2], vec![0; 8]).is_err());
    }

    #[test]
    fn scalar_is_one_element() {
        let tensor = Tensor::i64("two", &[], &[2]).unwrap();
        let mut out = Vec::new();
        tensor.encode().write_to(&mut out).unwrap();
        assert_eq!(out, [0x10, 7, 0x42, 3, b't', b'w', b'o', 0x4a, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
    }
}
