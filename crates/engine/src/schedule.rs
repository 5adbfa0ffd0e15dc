//! The learning rate as a closed form of the position.
//!
//! Equal to torch's `SequentialLR([LinearLR, curve], milestones=[warmup])`: the curve's time starts at the warmup's end.

use classifier_spec::{ScheduleCurve, ScheduleInterval, ScheduleSpec};

/// Factor on the base learning rate for the step at (`epoch`, `step`), both counted from 0.
pub(crate) fn factor(spec: &ScheduleSpec, epoch: u32, step: u64) -> f64 {
    let at = match spec.interval {
        ScheduleInterval::Epoch => u64::from(epoch),
        ScheduleInterval::Step => step,
    };
    let warmup = u64::from(spec.warmup);
    if at < warmup {
        let start = spec.warmup_start_factor;
        return start + (1.0 - start) * (at as f64 / warmup as f64);
    }
    let length = u64::from(spec.total).saturating_sub(warmup).max(1);
    curve_factor(&spec.curve, at - warmup, length)
}

/// Factor after `t` of `length` units.
fn curve_factor(curve: &ScheduleCurve, t: u64, length: u64) -> f64 {
    match curve {
        ScheduleCurve::Constant => 1.0,
        ScheduleCurve::Cosine { eta_min_factor } => {
            let share = t.min(length) as f64 / length as f64;
            eta_min_factor + (1.0 - eta_min_factor) * (1.0 + (std::f64::consts::PI * share).cos()) / 2.0
        }
        ScheduleCurve::Step { step_size, gamma } => {
            gamma.powi(i32::try_from(t / u64::from((*step_size).max(1))).unwrap_or(i32::MAX))
        }
        ScheduleCurve::Multistep { milestones, gamma } => {
            let passed = milestones.iter().filter(|&&milestone| u64::from(milestone) <= t).count();
            gamma.powi(i32::try_from(passed).unwrap_or(i32::MAX))
        }
        ScheduleCurve::OneCycle { max_factor, pct_start, div_factor, final_div_factor } => {
            let initial = max_factor / div_factor;
            // `OneCycleLR` with `anneal_strategy="cos"` and two phases.
            let up_end = pct_start * length as f64 - 1.0;
            let down_end = length as f64 - 1.0;
            let t = t as f64;
            if t <= up_end {
                anneal(initial, *max_factor, if up_end > 0.0 { t / up_end } else { 1.0 })
            } else {
                let share = ((t - up_end) / (down_end - up_end)).min(1.0);
                anneal(*max_factor, initial / final_div_factor, share)
            }
        }
        ScheduleCurve::Polynomial { power } => (1.0 - t.min(length) as f64 / length as f64).powf(*power),
    }
}

/// From `start` to `end` along half a cosine.
fn anneal(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (std::f64::consts::PI * share).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(curve: ScheduleCurve, warmup: u32, total: u32) -> ScheduleSpec {
        ScheduleSpec { interval: ScheduleInterval::Epoch, warmup, warmup_start_factor: 0.001, curve, total }
    }

    #[test]
    fn warmup_meets_the_curve() {
        let spec = spec(ScheduleCurve::Cosine { eta_min_factor: 0.05 }, 5, 20);
        assert_eq!(factor(&spec, 0, 99), 0.001);
        assert!((factor(&spec, 4, 0) - (0.001 + 0.999 * 0.8)).abs() < 1e-15);
        assert_eq!(factor(&spec, 5, 0), 1.0);
        assert!((factor(&spec, 20, 0) - 0.05).abs() < 1e-15);
        assert_eq!(factor(&spec, 25, 0), factor(&spec, 20, 0));
    }

    #[test]
    fn a_schedule_by_step_ignores_the_epoch() {
        let mut spec = spec(ScheduleCurve::Step { step_size: 3, gamma: 0.1 }, 0, 9);
        spec.interval = ScheduleInterval::Step;
        assert_eq!(factor(&spec, 7, 2), 1.0);
        assert!((factor(&spec, 0, 6) - 0.01).abs() < 1e-15);
    }

    #[test]
    fn every_rate_is_torchs() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../tests/fixtures/schedule/schedules.json"))
                .expect("the golden file");
        let lr = golden["learning_rate"].as_f64().expect("a number");
        for case in golden["cases"].as_array().expect("cases") {
            let spec: ScheduleSpec = serde_json::from_value(case["spec"].clone()).expect("a schedule");
            for (step, expected) in case["rates"].as_array().expect("rates").iter().enumerate() {
                let (found, expected) =
                    (lr * factor(&spec, 0, step as u64), expected.as_f64().expect("a number"));
                assert!((found - expected).abs() < 1e-12, "{spec:?} step {step}: {found} {expected}");
            }
        }
    }
}
