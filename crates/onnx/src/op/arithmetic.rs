use super::{axis_of, shape_error};
use crate::shape::{broadcast, describe};
use crate::{Attribute, Dim, ElementType, Graph, OnnxError, Value};

impl Graph<'_> {
    pub fn add(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Add", name, a, b)
    }

    pub fn sub(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Sub", name, a, b)
    }

    pub fn mul(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Mul", name, a, b)
    }

    /// Integers are cut towards zero by some runtimes and rounded down by others: keep both operands positive.
    pub fn div(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Div", name, a, b)
    }

    pub fn max(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Max", name, a, b)
    }

    pub fn min(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        self.binary("Min", name, a, b)
    }

    /// Numpy's broadcasting; both operands of one element type, numbers other than u8.
    fn binary(&mut self, op: &'static str, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        not_bytes(name, a)?;
        b.expect_element(name, "the second operand", a.element)?;
        let Some(shape) = broadcast(&a.shape, &b.shape) else {
            let problem = format!("{} and {} do not broadcast", describe(&a.shape), describe(&b.shape));
            return Err(shape_error(name, problem));
        };
        self.node(op, name, &[a, b], Vec::new(), a.element, shape)
    }

    pub fn abs(&mut self, name: &str, x: &Value) -> Result<Value, OnnxError> {
        not_bytes(name, x)?;
        self.node("Abs", name, &[x], Vec::new(), x.element, x.shape.clone())
    }

    pub fn floor(&mut self, name: &str, x: &Value) -> Result<Value, OnnxError> {
        x.expect_float(name, "the input")?;
        self.node("Floor", name, &[x], Vec::new(), x.element, x.shape.clone())
    }

    pub fn relu(&mut self, name: &str, x: &Value) -> Result<Value, OnnxError> {
        x.expect_float(name, "the input")?;
        self.node("Relu", name, &[x], Vec::new(), x.element, x.shape.clone())
    }

    pub fn softmax(&mut self, name: &str, x: &Value, axis: i64) -> Result<Value, OnnxError> {
        x.expect_float(name, "the input")?;
        axis_of(name, axis, &x.shape)?;
        self.node("Softmax", name, &[x], vec![("axis", Attribute::Int(axis))], x.element, x.shape.clone())
    }

    /// ReduceSum over one axis, which stays with size 1.
    pub fn reduce_sum(&mut self, name: &str, x: &Value, axis: usize) -> Result<Value, OnnxError> {
        not_bytes(name, x)?;
        let axis = axis_of(name, axis as i64, &x.shape)?;
        let axes = self.vector(&[axis as i64])?;
        let mut shape = x.shape.clone();
        shape[axis] = Dim::Fixed(1);
        self.node("ReduceSum", name, &[x, &axes], vec![("keepdims", Attribute::Int(1))], x.element, shape)
    }
}

fn not_bytes(name: &str, x: &Value) -> Result<(), OnnxError> {
    if x.element == ElementType::U8 {
        let (input, expected) = ("the operand", "i64, f32 or f16");
        return Err(OnnxError::ElementType { node: name.to_owned(), input, expected, found: x.element });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;

    #[test]
    fn operands_must_fit() {
        let mut graph = Graph::new("g");
        let two = graph.initializer(Tensor::i64("two", &[2], &[1, 2]).unwrap()).unwrap();
        let three = graph.initializer(Tensor::i64("three", &[3], &[1, 2, 3]).unwrap()).unwrap();
        let real = graph.initializer(Tensor::f32("real", &[2], &[1.0, 2.0]).unwrap()).unwrap();
        let bytes = graph.input("bytes", ElementType::U8, &[Dim::Fixed(2)]).unwrap();
        let message = graph.add("s", &two, &three).unwrap_err().to_string();
        assert_eq!(message, "node \"s\": [2] and [3] do not broadcast");
        let message = graph.mul("s", &two, &real).unwrap_err().to_string();
        assert_eq!(message, "node \"s\": the second operand must be i64, it is f32");
        assert!(graph.add("s", &bytes, &bytes).unwrap_err().to_string().contains("it is u8"));
        assert!(
            graph.softmax("s", &real, 1).unwrap_err().to_string().contains("axis 1 does not exist in [2]")
        );
    }
}
