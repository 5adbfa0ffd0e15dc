use crate::{Emitter, GemmAttributes, OnnxError, Value};

impl Emitter<'_> {
    /// `nn.Linear` over [N, K]: reads `<linear>.weight` [O, K] and, where there is one, `<linear>.bias` [O].
    pub fn linear(&mut self, linear: &str, x_nk: &Value) -> Result<Value, OnnxError> {
        let weight = self.weight(&format!("{linear}.weight"))?;
        let bias = self.optional_weight(&format!("{linear}.bias"))?;
        let attributes = GemmAttributes { transpose_a: false, transpose_b: true };
        self.graph.gemm(linear, x_nk, &weight, bias.as_ref(), attributes)
    }
}
