use super::shape_error;
use crate::shape::{broadcast, describe};
use crate::{Attribute, Dim, Graph, OnnxError, Value};

/// Gemm computes A'·B' + C, where ' is the transposition asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GemmAttributes {
    pub transpose_a: bool,
    pub transpose_b: bool,
}

impl Graph<'_> {
    /// Gemm: A' [M, K], B' [K, N], C broadcastable to [M, N].
    pub fn gemm(
        &mut self,
        name: &str,
        a: &Value,
        b: &Value,
        c: Option<&Value>,
        attributes: GemmAttributes,
    ) -> Result<Value, OnnxError> {
        a.expect_float(name, "A")?;
        a.expect_rank(name, "A", 2)?;
        b.expect_element(name, "B", a.element)?;
        b.expect_rank(name, "B", 2)?;
        let (m, k) = (usize::from(attributes.transpose_a), usize::from(!attributes.transpose_a));
        let (k_of_b, n) = (usize::from(attributes.transpose_b), usize::from(!attributes.transpose_b));
        b.expect_dim(name, "B", k_of_b, &a.shape[k])?;
        let shape = vec![a.shape[m].clone(), b.shape[n].clone()];
        if let Some(c) = c {
            c.expect_element(name, "C", a.element)?;
            if c.rank() > 2
                || broadcast(&c.shape, &shape)
                    .is_none_or(|sum| sum.iter().zip(&shape).any(|(a, b)| !a.may_equal(b)))
            {
                let problem = format!("C {} does not broadcast to {}", describe(&c.shape), describe(&shape));
                return Err(shape_error(name, problem));
            }
        }
        let written = vec![
            ("alpha", Attribute::Float(1.0)),
            ("beta", Attribute::Float(1.0)),
            ("transA", Attribute::Int(attributes.transpose_a.into())),
            ("transB", Attribute::Int(attributes.transpose_b.into())),
        ];
        let inputs: Vec<&Value> = [a, b].into_iter().chain(c).collect();
        self.node("Gemm", name, &inputs, written, a.element, shape)
    }

    /// MatMul over the last two axes, the others broadcast (numpy.matmul with both ranks ≥ 2).
    pub fn mat_mul(&mut self, name: &str, a: &Value, b: &Value) -> Result<Value, OnnxError> {
        a.expect_float(name, "A")?;
        b.expect_element(name, "B", a.element)?;
        let (Some(batch_a), Some(batch_b)) = (a.rank().checked_sub(2), b.rank().checked_sub(2)) else {
            let problem = format!("{} · {}: both need two axes", describe(&a.shape), describe(&b.shape));
            return Err(shape_error(name, problem));
        };
        b.expect_dim(name, "B", batch_b, &a.shape[batch_a + 1])?;
        let Some(mut shape) = broadcast(&a.shape[..batch_a], &b.shape[..batch_b]) else {
            let problem = format!("{} · {} do not broadcast", describe(&a.shape), describe(&b.shape));
            return Err(shape_error(name, problem));
        };
        let matrix: [Dim; 2] = [a.shape[batch_a].clone(), b.shape[batch_b + 1].clone()];
        shape.extend(matrix);
        self.node("MatMul", name, &[a, b], Vec::new(), a.element, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ElementType, Tensor};

    #[test]
    fn linear_layer() {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::F32, &[Dim::named("N"), Dim::Fixed(4)]).unwrap();
        let weight = graph.initializer(Tensor::f32("w", &[3, 4], &[0.0; 12]).unwrap()).unwrap();
        let bias = graph.initializer(Tensor::f32("b", &[3], &[0.0; 3]).unwrap()).unwrap();
        let transposed = GemmAttributes { transpose_b: true, ..GemmAttributes::default() };
        let y = graph.gemm("fc", &x, &weight, Some(&bias), transposed).unwrap();
        assert_eq!(y.shape(), [Dim::named("N"), Dim::Fixed(3)]);
        let error = graph.gemm("g", &x, &weight, None, GemmAttributes::default()).unwrap_err();
        assert_eq!(error.to_string(), "node \"g\": axis 0 of B [3, 4] must be 4");
        let four = graph.initializer(Tensor::f32("four", &[4], &[0.0; 4]).unwrap()).unwrap();
        let error = graph.gemm("g", &x, &weight, Some(&four), transposed).unwrap_err();
        assert_eq!(error.to_string(), "node \"g\": C [4] does not broadcast to [N, 3]");
    }

    #[test]
    fn batched_product() {
        let mut graph = Graph::new("g");
        let rows = graph.input("rows", ElementType::F32, &[Dim::Fixed(224), Dim::named("H")]).unwrap();
        let dims = [Dim::named("N"), Dim::Fixed(3), Dim::named("H"), Dim::Fixed(9)];
        let x = graph.input("x", ElementType::F32, &dims).unwrap();
        let y = graph.mat_mul("y", &rows, &x).unwrap();
        assert_eq!(y.shape(), [Dim::named("N"), Dim::Fixed(3), Dim::Fixed(224), Dim::Fixed(9)]);
        assert!(graph.mat_mul("z", &x, &y).unwrap_err().to_string().contains("axis 2 of B"));
    }
}
