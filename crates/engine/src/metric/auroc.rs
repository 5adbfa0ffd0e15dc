//! Area under the ROC curve, one class against the rest.

/// Exact area for scores `score(i)` with positives `positive(i)`, ties shared as the trapezoid rule does; `None` where
/// there are no positives or no negatives.
pub(super) fn auroc(n: usize, score: impl Fn(usize) -> f32, positive: impl Fn(usize) -> bool) -> Option<f64> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)));
    // Twice the number of (positive, negative) pairs in the right order; a tie counts one.
    let (mut positives, mut negatives, mut doubled) = (0u64, 0u64, 0u64);
    let mut start = 0;
    while start < n {
        let value = score(order[start]);
        let end = start + order[start..].iter().take_while(|&&i| score(i) == value).count();
        let tied = order[start..end].iter().filter(|&&i| positive(i)).count() as u64;
        let others = (end - start) as u64 - tied;
        doubled += others * (2 * positives + tied);
        positives += tied;
        negatives += others;
        start = end.max(start + 1);
    }
    (positives > 0 && negatives > 0).then(|| doubled as f64 / (2 * positives * negatives) as f64)
}

#[cfg(test)]
mod tests {
    use super::auroc;

    fn area(scores: &[f32], positives: &[bool]) -> Option<f64> {
        auroc(scores.len(), |i| scores[i], |i| positives[i])
    }

    #[test]
    fn counts_ordered_pairs() {
        assert_eq!(area(&[0.9, 0.8, 0.3, 0.1], &[true, true, false, false]), Some(1.0));
        assert_eq!(area(&[0.9, 0.8, 0.3, 0.1], &[false, true, false, true]), Some(0.25));
        assert_eq!(area(&[0.5, 0.5, 0.5], &[true, false, false]), Some(0.5));
    }

    #[test]
    fn is_undefined_for_one_kind_only() {
        assert_eq!(area(&[0.5, 0.4], &[true, true]), None);
        assert_eq!(area(&[0.5, f32::NAN], &[false, false]), None);
    }
}
