//! Operators: one constructor each on [`crate::Graph`], checked as far as element types and shapes are known.
//! The checks are those of the ONNX operator reference (onnx.ai/onnx/operators).

mod arithmetic;
mod batch_normalization;
mod conv;
mod convert;
mod linear;
mod pool;
mod shape;

pub use conv::ConvAttributes;
pub use linear::GemmAttributes;
pub use pool::PoolAttributes;

use crate::shape::describe;
use crate::{Dim, OnnxError};

fn attribute_error(node: &str, problem: String) -> OnnxError {
    OnnxError::Attribute { node: node.to_owned(), problem }
}

fn shape_error(node: &str, problem: String) -> OnnxError {
    OnnxError::Shape { node: node.to_owned(), problem }
}

/// An axis counted from the front; negative ones count from the back.
fn axis_of(node: &str, axis: i64, shape: &[Dim]) -> Result<usize, OnnxError> {
    let rank = shape.len() as i64;
    let from_front = if axis < 0 { axis + rank } else { axis };
    if (0..rank).contains(&from_front) {
        return Ok(from_front as usize);
    }
    Err(attribute_error(node, format!("axis {axis} does not exist in {}", describe(shape))))
}

/// A sliding window along one axis.
#[derive(Debug, Clone, Copy)]
struct Window {
    kernel: u64,
    stride: u64,
    padding: u64,
    dilation: u64,
}

impl Window {
    /// ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
    fn output(self, node: &str, size: &Dim) -> Result<Dim, OnnxError> {
        let Dim::Fixed(size) = size else { return Ok(Dim::Unknown) };
        let span = self.dilation * (self.kernel - 1) + 1;
        match (size + 2 * self.padding).checked_sub(span) {
            Some(room) => Ok(Dim::Fixed(room / self.stride + 1)),
            None => Err(shape_error(
                node,
                format!("a window of {span} does not fit into {size} with a padding of {}", self.padding),
            )),
        }
    }
}
