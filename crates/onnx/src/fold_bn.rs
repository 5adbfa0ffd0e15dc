use crate::OnnxError;

/// A batch norm in evaluation mode: y = gamma · (x − mean) / √(var + eps) + beta, by channel.
#[derive(Debug, Clone, Copy)]
pub struct BatchNormTensors<'a> {
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub mean: &'a [f32],
    pub var: &'a [f32],
    pub eps: f64,
}

/// The weight and bias of the convolution (or linear layer) that answers as the one given followed by the norm.
///
/// `weight` is row-major with the output channel first; `bias` is zero where absent. Computed in f64 and rounded once.
/// A length that does not fit, or a channel whose result is not finite, is an error.
pub fn fold_bn(
    weight: &[f32],
    bias: Option<&[f32]>,
    norm: &BatchNormTensors<'_>,
) -> Result<(Vec<f32>, Vec<f32>), OnnxError> {
    let channels = norm.gamma.len();
    let lengths = [
        ("beta", norm.beta.len()),
        ("mean", norm.mean.len()),
        ("var", norm.var.len()),
        ("bias", bias.map_or(channels, <[f32]>::len)),
    ];
    if let Some((what, len)) = lengths.into_iter().find(|(_, len)| *len != channels) {
        let problem = format!("gamma has {channels} channels, {what} has {len}");
        return Err(OnnxError::Fold { problem });
    }
    if channels == 0 || !weight.len().is_multiple_of(channels) {
        let problem = format!("{} weights do not divide into {channels} channels", weight.len());
        return Err(OnnxError::Fold { problem });
    }
    let fan_in = weight.len() / channels;
    let mut folded_weight = Vec::with_capacity(weight.len());
    let mut folded_bias = Vec::with_capacity(channels);
    for channel in 0..channels {
        let scale = f64::from(norm.gamma[channel]) / (f64::from(norm.var[channel]) + norm.eps).sqrt();
        let own = bias.map_or(0.0, |bias| f64::from(bias[channel]));
        let shift = (own - f64::from(norm.mean[channel])) * scale + f64::from(norm.beta[channel]);
        if !(scale.is_finite() && (shift as f32).is_finite()) {
            let problem = format!(
                "channel {channel} is not finite (gamma {}, beta {}, mean {}, var {}, eps {})",
                norm.gamma[channel], norm.beta[channel], norm.mean[channel], norm.var[channel], norm.eps
            );
            return Err(OnnxError::Fold { problem });
        }
        let own_weight = &weight[channel * fan_in..(channel + 1) * fan_in];
        folded_weight.extend(own_weight.iter().map(|value| (f64::from(*value) * scale) as f32));
        folded_bias.push(shift as f32);
    }
    Ok((folded_weight, folded_bias))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NORM: BatchNormTensors = BatchNormTensors {
        gamma: &[2.0, -0.5],
        beta: &[0.25, 1.0],
        mean: &[1.5, -3.0],
        var: &[3.99, 0.24],
        eps: 0.01,
    };

    /// A linear layer of two outputs and three inputs, folded, answers as layer and norm in f64.
    #[test]
    fn equals_layer_then_norm() {
        let weight = [0.5f32, -1.25, 3.0, 0.125, 0.75, -2.0];
        let bias = [0.3f32, -0.7];
        let (folded, shift) = fold_bn(&weight, Some(&bias), &NORM).unwrap();
        let input = [0.9f64, -4.0, 2.2];
        for channel in 0..2 {
            let dot = |row: &[f32]| -> f64 { row.iter().zip(input).map(|(w, x)| f64::from(*w) * x).sum() };
            let rows = channel * 3..channel * 3 + 3;
            let layer = dot(&weight[rows.clone()]) + f64::from(bias[channel]);
            let centred = layer - f64::from(NORM.mean[channel]);
            let scaled = centred / (f64::from(NORM.var[channel]) + NORM.eps).sqrt();
            let expected = scaled * f64::from(NORM.gamma[channel]) + f64::from(NORM.beta[channel]);
            let found = dot(&folded[rows]) + f64::from(shift[channel]);
            assert!((found - expected).abs() <= 1e-6 * expected.abs(), "{found} {expected}");
        }
    }

    #[test]
    fn without_bias_it_is_zero() {
        let weight = [1.0f32; 4];
        assert_eq!(fold_bn(&weight, None, &NORM).unwrap(), fold_bn(&weight, Some(&[0.0; 2]), &NORM).unwrap());
        let (folded, shift) = fold_bn(&weight, None, &NORM).unwrap();
        // var + eps is 4 and 0.25 up to the rounding of f32: scales 1 and −1.
        let near = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        folded.iter().zip([1.0, 1.0, -1.0, -1.0]).for_each(|(found, expected)| near(*found, expected));
        shift.iter().zip([-1.25, -2.0]).for_each(|(found, expected)| near(*found, expected));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let message = |weight: &[f32], bias: Option<&[f32]>, norm: &BatchNormTensors| {
            fold_bn(weight, bias, norm).unwrap_err().to_string()
        };
        assert!(message(&[1.0; 5], None, &NORM).contains("5 weights do not divide into 2 channels"));
        assert!(message(&[1.0; 4], Some(&[0.0; 3]), &NORM).contains("bias has 3"));
        let negative = BatchNormTensors { var: &[1.0, -0.5], ..NORM };
        assert!(message(&[1.0; 4], None, &negative).contains("channel 1 is not finite"));
        let nan = BatchNormTensors { mean: &[f32::NAN, 0.0], ..NORM };
        assert!(message(&[1.0; 4], None, &nan).contains("channel 0 is not finite"));
    }
}
