use super::{attribute_error, axis_of};
use crate::{Attribute, Dim, ElementType, Graph, OnnxError, Value};

impl Graph<'_> {
    /// Flatten to two axes: those before `axis`, and the rest.
    pub fn flatten(&mut self, name: &str, x: &Value, axis: usize) -> Result<Value, OnnxError> {
        if axis > x.rank() {
            return Err(attribute_error(
                name,
                format!("axis {axis} is beyond the {} of the input", x.rank()),
            ));
        }
        let product = |dims: &[Dim]| match dims {
            [only] => only.clone(),
            _ => dims.iter().map(Dim::fixed).product::<Option<u64>>().map_or(Dim::Unknown, Dim::Fixed),
        };
        let shape = vec![product(&x.shape[..axis]), product(&x.shape[axis..])];
        self.node("Flatten", name, &[x], vec![("axis", Attribute::Int(axis as i64))], x.element, shape)
    }

    /// Transpose: axis i of the answer is axis `order[i]` of `x`.
    pub fn transpose(&mut self, name: &str, x: &Value, order: &[usize]) -> Result<Value, OnnxError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted != (0..x.rank()).collect::<Vec<_>>() {
            return Err(attribute_error(name, format!("{order:?} is no order of {} axes", x.rank())));
        }
        let shape = order.iter().map(|axis| x.shape[*axis].clone()).collect();
        let perm = Attribute::Ints(order.iter().map(|axis| *axis as i64).collect());
        self.node("Transpose", name, &[x], vec![("perm", perm)], x.element, shape)
    }

    /// Gather of one entry along axis 0: the axis goes away.
    pub fn pick(&mut self, name: &str, x: &Value, index: u64) -> Result<Value, OnnxError> {
        axis_of(name, 0, &x.shape)?;
        if x.shape[0].fixed().is_some_and(|size| index >= size) {
            return Err(attribute_error(name, format!("entry {index} does not exist in {}", x.shape[0])));
        }
        let index = self.scalar(index as i64)?;
        let attributes = vec![("axis", Attribute::Int(0))];
        self.node("Gather", name, &[x, &index], attributes, x.element, x.shape[1..].to_vec())
    }

    /// Unsqueeze: a new axis of size 1 at `axis`.
    pub fn unsqueeze(&mut self, name: &str, x: &Value, axis: usize) -> Result<Value, OnnxError> {
        if axis > x.rank() {
            return Err(attribute_error(
                name,
                format!("axis {axis} is beyond the {} of the input", x.rank()),
            ));
        }
        let axes = self.vector(&[axis as i64])?;
        let mut shape = x.shape.clone();
        shape.insert(axis, Dim::Fixed(1));
        self.node("Unsqueeze", name, &[x, &axes], Vec::new(), x.element, shape)
    }

    /// Concat of 1-d values.
    pub fn concat_1d(&mut self, name: &str, parts: &[&Value]) -> Result<Value, OnnxError> {
        let [first, rest @ ..] = parts else {
            return Err(attribute_error(name, "nothing to concatenate".to_owned()));
        };
        first.expect_rank(name, "a part", 1)?;
        for part in rest {
            part.expect_rank(name, "a part", 1)?;
            part.expect_element(name, "a part", first.element)?;
        }
        let size = parts.iter().map(|part| part.shape[0].fixed()).sum::<Option<u64>>();
        let shape = vec![size.map_or(Dim::Unknown, Dim::Fixed)];
        self.node("Concat", name, parts, vec![("axis", Attribute::Int(0))], first.element, shape)
    }

    /// Slice of `x`: along `axes[i]` from `starts_k[i]` to before `ends_k[i]`; both are [k] i64, k the number of axes.
    pub fn slice(
        &mut self,
        name: &str,
        x: &Value,
        starts_k: &Value,
        ends_k: &Value,
        axes: &[usize],
    ) -> Result<Value, OnnxError> {
        for (what, value) in [("starts", starts_k), ("ends", ends_k)] {
            value.expect_element(name, what, ElementType::I64)?;
            value.expect_rank(name, what, 1)?;
            value.expect_dim(name, what, 0, &Dim::Fixed(axes.len() as u64))?;
        }
        let mut shape = x.shape.clone();
        for axis in axes {
            let axis = axis_of(name, *axis as i64, &x.shape)?;
            shape[axis] = Dim::Unknown;
        }
        let numbers: Vec<i64> = axes.iter().map(|axis| *axis as i64).collect();
        let axes_k = self.vector(&numbers)?;
        self.node("Slice", name, &[x, starts_k, ends_k, &axes_k], Vec::new(), x.element, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let mut graph = Graph::new("g");
        let dims = [Dim::named("N"), Dim::named("H"), Dim::Fixed(5), Dim::Fixed(3)];
        let x = graph.input("x", ElementType::U8, &dims).unwrap();
        let y = graph.transpose("y", &x, &[0, 3, 1, 2]).unwrap();
        assert_eq!(y.shape(), [Dim::named("N"), Dim::Fixed(3), Dim::named("H"), Dim::Fixed(5)]);
        assert_eq!(graph.flatten("f", &y, 1).unwrap().shape(), [Dim::named("N"), Dim::Unknown]);
        assert_eq!(graph.flatten("h", &x, 2).unwrap().shape(), [Dim::Unknown, Dim::Fixed(15)]);
        assert!(
            graph.transpose("z", &x, &[0, 1, 1, 2]).unwrap_err().to_string().contains("no order of 4 axes")
        );
        assert!(graph.flatten("z", &x, 5).unwrap_err().to_string().contains("axis 5"));
    }
}
