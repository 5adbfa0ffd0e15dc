//! Expected calibration error.

/// Σ over equal-width bins of |accuracy − confidence| · share of images; a confidence on a bin's lower edge belongs to
/// it, and 1.0 has a bin of its own (as `torch.bucketize(right=True)` makes it).
pub(super) fn expected_calibration_error(predictions: impl Iterator<Item = (f32, bool)>, bins: usize) -> f64 {
    let edges: Vec<f32> = (0..=bins).map(|i| (i as f64 / bins as f64) as f32).collect();
    // (right, Σ confidence)
    let mut sums = vec![(0u64, 0f64); bins + 1];
    let mut total = 0u64;
    for (confidence, right) in predictions {
        let bin = edges.partition_point(|&edge| edge <= confidence).saturating_sub(1);
        let sum = &mut sums[bin];
        sum.0 += u64::from(right);
        sum.1 += f64::from(confidence);
        total += 1;
    }
    // |right/count − Σc/count| · count/total, with the counts cancelled.
    sums.iter().map(|&(right, confidence)| (right as f64 - confidence).abs()).sum::<f64>()
        / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::expected_calibration_error;

    #[test]
    fn weighs_each_bin_by_its_images() {
        let predictions = [(0.95, true), (0.95, false), (0.55, true), (1.0, true)];
        let expected = ((1.0 - 1.9f64).abs() + (1.0 - 0.55f64).abs()) / 4.0;
        let found = expected_calibration_error(predictions.into_iter(), 15);
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}
