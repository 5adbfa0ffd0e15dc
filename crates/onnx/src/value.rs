use crate::shape::describe;
use crate::{Dim, ElementType, OnnxError};

/// A tensor that flows through a [`crate::Graph`]: an input, an initializer or a node's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub(crate) name: String,
    pub(crate) element: ElementType,
    pub(crate) shape: Vec<Dim>,
}

impl Value {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn element(&self) -> ElementType {
        self.element
    }

    /// As far as it is known before the model runs; empty for a scalar.
    pub fn shape(&self) -> &[Dim] {
        &self.shape
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    pub(crate) fn expect_rank(&self, node: &str, input: &str, rank: usize) -> Result<(), OnnxError> {
        if self.rank() == rank {
            return Ok(());
        }
        let problem = format!("{input} must have {rank} axes, it has the shape {}", describe(&self.shape));
        Err(OnnxError::Shape { node: node.to_owned(), problem })
    }

    pub(crate) fn expect_element(
        &self,
        node: &str,
        input: &'static str,
        expected: ElementType,
    ) -> Result<(), OnnxError> {
        if self.element == expected {
            return Ok(());
        }
        let expected = match expected {
            ElementType::F32 => "f32",
            ElementType::F16 => "f16",
            ElementType::U8 => "u8",
            ElementType::I64 => "i64",
        };
        Err(OnnxError::ElementType { node: node.to_owned(), input, expected, found: self.element })
    }

    pub(crate) fn expect_float(&self, node: &str, input: &'static str) -> Result<(), OnnxError> {
        if self.element.is_float() {
            return Ok(());
        }
        let expected = "f32 or f16";
        Err(OnnxError::ElementType { node: node.to_owned(), input, expected, found: self.element })
    }

    /// The axis has this size, or one that is only known when the model runs.
    pub(crate) fn expect_dim(
        &self,
        node: &str,
        input: &str,
        axis: usize,
        expected: &Dim,
    ) -> Result<(), OnnxError> {
        if self.shape[axis].may_equal(expected) {
            return Ok(());
        }
        let problem = format!("axis {axis} of {input} {} must be {expected}", describe(&self.shape));
        Err(OnnxError::Shape { node: node.to_owned(), problem })
    }
}
