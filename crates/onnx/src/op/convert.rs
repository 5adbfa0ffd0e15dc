use crate::{Attribute, Dim, ElementType, Graph, OnnxError, Value};

impl Graph<'_> {
    pub fn identity(&mut self, name: &str, x: &Value) -> Result<Value, OnnxError> {
        self.node("Identity", name, &[x], Vec::new(), x.element, x.shape.clone())
    }

    pub fn cast(&mut self, name: &str, x: &Value, to: ElementType) -> Result<Value, OnnxError> {
        let attributes = vec![("to", Attribute::Int(to.code().into()))];
        self.node("Cast", name, &[x], attributes, to, x.shape.clone())
    }

    /// Shape: a [rank] i64.
    pub fn shape_of(&mut self, name: &str, x: &Value) -> Result<Value, OnnxError> {
        let shape = vec![Dim::Fixed(x.rank() as u64)];
        self.node("Shape", name, &[x], Vec::new(), ElementType::I64, shape)
    }

    /// Range: `start`, `start + step`, … below `limit`; all three are i64 scalars.
    pub fn range(
        &mut self,
        name: &str,
        start: &Value,
        limit: &Value,
        step: &Value,
    ) -> Result<Value, OnnxError> {
        for (what, value) in [("start", start), ("limit", limit), ("step", step)] {
            value.expect_element(name, what, ElementType::I64)?;
            value.expect_rank(name, what, 0)?;
        }
        self.node("Range", name, &[start, limit, step], Vec::new(), ElementType::I64, vec![Dim::Unknown])
    }
}
