use crate::weight_source::required;
use crate::{BatchNormTensors, ConvAttributes, Emitter, OnnxError, Tensor, Value, fold_bn};

impl Emitter<'_> {
    /// `nn.Conv2d`: reads `<conv>.weight` and, where there is one, `<conv>.bias`.
    pub fn conv(
        &mut self,
        conv: &str,
        x_nchw: &Value,
        attributes: &ConvAttributes,
    ) -> Result<Value, OnnxError> {
        let weight = self.weight(&format!("{conv}.weight"))?;
        let bias = self.optional_weight(&format!("{conv}.bias"))?;
        self.graph.conv(conv, x_nchw, &weight, bias.as_ref(), attributes)
    }

    /// `nn.BatchNorm2d` in evaluation mode: reads `<norm>.{weight,bias,running_mean,running_var}`.
    pub fn batch_norm(&mut self, norm: &str, x_nchw: &Value, eps: f64) -> Result<Value, OnnxError> {
        let gamma = self.weight(&format!("{norm}.weight"))?;
        let beta = self.weight(&format!("{norm}.bias"))?;
        let mean = self.weight(&format!("{norm}.running_mean"))?;
        let var = self.weight(&format!("{norm}.running_var"))?;
        self.graph.batch_normalization(norm, x_nchw, &gamma, &beta, &mean, &var, eps as f32)
    }

    /// A convolution and its batch norm: two nodes, or one Conv called `conv` with the initializers `<conv>.weight` and
    /// `<conv>.bias` where norms are folded.
    pub fn conv_norm(
        &mut self,
        conv: &str,
        norm: &str,
        x_nchw: &Value,
        attributes: &ConvAttributes,
        eps: f64,
    ) -> Result<Value, OnnxError> {
        if !self.fold_bn {
            let y_nchw = self.conv(conv, x_nchw, attributes)?;
            return self.batch_norm(norm, &y_nchw, eps);
        }
        let (weight_name, bias_name) = (format!("{conv}.weight"), format!("{conv}.bias"));
        let weight = required(self.weights, &weight_name)?;
        let bias = self.weights.tensor(&bias_name).map(|bias| bias.values());
        let read = |part: &str| required(self.weights, &format!("{norm}.{part}")).map(|view| view.values());
        let (gamma, beta) = (read("weight")?, read("bias")?);
        let (mean, var) = (read("running_mean")?, read("running_var")?);
        if weight.shape.first() != Some(&(gamma.len() as u64)) {
            let expected = format!("[{}, …] to suit \"{norm}.weight\"", gamma.len());
            return Err(OnnxError::WeightShape { name: weight_name, expected, found: weight.shape });
        }
        let tensors = BatchNormTensors { gamma: &gamma, beta: &beta, mean: &mean, var: &var, eps };
        let (folded, shift) =
            fold_bn(&weight.values(), bias.as_deref(), &tensors).map_err(|error| match error {
                OnnxError::Fold { problem } => {
                    OnnxError::Fold { problem: format!("{norm} into {conv}: {problem}") }
                }
                other => other,
            })?;
        let weight = self.graph.initializer(Tensor::f32(&weight_name, &weight.shape, &folded)?)?;
        let bias = self.graph.initializer(Tensor::f32(&bias_name, &[shift.len() as u64], &shift)?)?;
        self.graph.conv(conv, x_nchw, &weight, Some(&bias), attributes)
    }
}
