//! The confusion matrix and what follows from it.

use classifier_spec::ClassReport;

/// Row-major [C, C] counts: true class by predicted class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Confusion {
    pub classes: usize,
    pub counts_cc: Vec<u32>,
}

/// x / y, 0 where y is 0 (torchmetrics' `zero_division`).
fn share(x: u64, y: u64) -> f64 {
    if y == 0 { 0.0 } else { x as f64 / y as f64 }
}

/// Precision, recall and F1 averaged over the classes that occur, as a label or as a prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Macro {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl Confusion {
    pub(super) fn new(classes: usize) -> Self {
        Self { classes, counts_cc: vec![0; classes * classes] }
    }

    pub(super) fn add(&mut self, label: usize, predicted: usize) {
        self.counts_cc[label * self.classes + predicted] += 1;
    }

    pub(super) fn correct(&self) -> u64 {
        (0..self.classes).map(|c| self.at(c, c)).sum()
    }

    fn at(&self, label: usize, predicted: usize) -> u64 {
        u64::from(self.counts_cc[label * self.classes + predicted])
    }

    pub(super) fn class_reports(&self, auroc: impl Fn(usize) -> Option<f64>) -> Vec<ClassReport> {
        (0..self.classes)
            .map(|c| {
                let support = (0..self.classes).map(|other| self.at(c, other)).sum();
                let predicted = (0..self.classes).map(|other| self.at(other, c)).sum();
                let correct = self.at(c, c);
                ClassReport {
                    support,
                    predicted,
                    correct,
                    precision: share(correct, predicted),
                    recall: share(correct, support),
                    f1: share(2 * correct, support + predicted),
                    auroc: auroc(c),
                }
            })
            .collect()
    }

    pub(super) fn macro_of(reports: &[ClassReport]) -> Macro {
        let present: Vec<&ClassReport> = reports.iter().filter(|r| r.support + r.predicted > 0).collect();
        let mean = |value: fn(&ClassReport) -> f64| {
            if present.is_empty() {
                0.0
            } else {
                present.iter().map(|r| value(r)).sum::<f64>() / present.len() as f64
            }
        };
        Macro { precision: mean(|r| r.precision), recall: mean(|r| r.recall), f1: mean(|r| r.f1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_classes_do_not_count_and_missed_ones_do() {
        let mut confusion = Confusion::new(4);
        for (label, predicted) in [(0, 0), (0, 1), (1, 1), (2, 0)] {
            confusion.add(label, predicted);
        }
        let reports = confusion.class_reports(|_| None);
        assert_eq!((reports[0].support, reports[0].predicted, reports[0].correct), (2, 2, 1));
        assert_eq!(reports[2].f1, 0.0);
        let found = Confusion::macro_of(&reports);
        assert!((found.recall - (0.5 + 1.0 + 0.0) / 3.0).abs() < 1e-12);
        assert!((found.f1 - (0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert_eq!(confusion.correct(), 2);
    }
}
