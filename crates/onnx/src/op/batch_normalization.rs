use crate::{Attribute, Graph, OnnxError, Value};

impl Graph<'_> {
    /// BatchNormalization in its inference form: `x` [N, C, …], the other four [C]. Answers the shape of `x`.
    pub fn batch_normalization(
        &mut self,
        name: &str,
        x: &Value,
        gamma: &Value,
        beta: &Value,
        mean: &Value,
        var: &Value,
        epsilon: f32,
    ) -> Result<Value, OnnxError> {
        x.expect_float(name, "the input")?;
        if x.rank() < 2 {
            x.expect_rank(name, "the input", 2)?;
        }
        for (what, value) in [("gamma", gamma), ("beta", beta), ("mean", mean), ("var", var)] {
            value.expect_element(name, what, x.element)?;
            value.expect_rank(name, what, 1)?;
            value.expect_dim(name, what, 0, &x.shape[1])?;
        }
        let attributes = vec![("epsilon", Attribute::Float(epsilon))];
        let inputs = [x, gamma, beta, mean, var];
        self.node("BatchNormalization", name, &inputs, attributes, x.element, x.shape.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dim, ElementType, Tensor};

    #[test]
    fn channels_must_agree() {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::F32, &[Dim::named("N"), Dim::Fixed(2), Dim::Unknown]).unwrap();
        let two = graph.initializer(Tensor::f32("two", &[2], &[1.0; 2]).unwrap()).unwrap();
        let three = graph.initializer(Tensor::f32("three", &[3], &[1.0; 3]).unwrap()).unwrap();
        let error = graph.batch_normalization("bn1", &x, &two, &two, &three, &two, 1e-5).unwrap_err();
        assert_eq!(error.to_string(), "node \"bn1\": axis 0 of mean [3] must be 2");
        assert_eq!(
            graph.batch_normalization("bn1", &x, &two, &two, &two, &two, 1e-5).unwrap().shape(),
            x.shape()
        );
    }
}
