//! All that an evaluation reports, from the logits of a split.

use classifier_spec::{ClassReport, EvaluateArrays};
use tch::{Device, Kind, Tensor};

use super::auroc::auroc;
use super::calibration::expected_calibration_error;
use super::confusion::Confusion;
use crate::error::{Error, Result};
use crate::loss::{Loss, Target};

/// Bins of the calibration error.
const BINS: usize = 15;

/// Collects logits on the device; nothing is read before `compute`.
pub(crate) struct Evaluation {
    classes: usize,
    logits_nk: Vec<Tensor>,
    labels_n: Vec<i64>,
    indices_n: Vec<u32>,
}

/// What [`Evaluation::compute`] found.
#[derive(Debug)]
pub(crate) struct Scores {
    pub loss: f64,
    pub nll: f64,
    pub acc_top1: f64,
    pub acc_top5: f64,
    pub per_class: Vec<ClassReport>,
    pub f1_macro: f64,
    pub f1_micro: f64,
    pub precision_macro: f64,
    pub recall_macro: f64,
    pub auroc_macro: Option<f64>,
    pub ece: f64,
    pub arrays: EvaluateArrays,
}

impl Evaluation {
    pub(crate) fn new(classes: usize) -> Self {
        Self { classes, logits_nk: Vec::new(), labels_n: Vec::new(), indices_n: Vec::new() }
    }

    /// `logits_nk` of any float kind; labels are below the number of classes.
    pub(crate) fn update(&mut self, logits_nk: &Tensor, labels_n: &[i64], indices_n: &[u32]) -> Result<()> {
        if let Some(label) = labels_n.iter().find(|&&label| !(0..self.classes as i64).contains(&label)) {
            return Err(Error::bug(format!("label {label} with {} classes", self.classes)));
        }
        self.logits_nk.push(logits_nk.f_detach()?.f_to_kind(Kind::Float)?);
        self.labels_n.extend_from_slice(labels_n);
        self.indices_n.extend_from_slice(indices_n);
        Ok(())
    }

    pub(crate) fn images(&self) -> u64 {
        self.labels_n.len() as u64
    }

    #[cfg(test)]
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.classes);
    }

    /// Reads the logits once and computes. `loss` is the training loss, over the split as one batch; its tensors lie on
    /// `device`.
    pub(crate) fn compute(self, loss: &Loss, device: Device) -> Result<Scores> {
        let (n, k) = (self.labels_n.len(), self.classes);
        if n == 0 {
            return Err(Error::bug("an evaluation of no images"));
        }
        let logits_nk = Tensor::f_cat(&self.logits_nk, 0)?;
        let labels = Tensor::f_from_slice(&self.labels_n)?.f_to(device)?;
        let loss = loss.mean(&logits_nk, Target::Whole(&labels))?.f_double_value(&[])?;
        let logits_nk = logits_nk.f_to(Device::Cpu)?;
        let probabilities_nk = floats(&logits_nk.f_softmax(-1, Kind::Float)?)?;
        let log_probabilities_nk = logits_nk.f_log_softmax(-1, Kind::Float)?;
        let log_probabilities_nk = floats(&log_probabilities_nk)?;
        let logits = floats(&logits_nk)?;

        let mut confusion = Confusion::new(k);
        let mut in_top5 = 0u64;
        let mut nll = 0f64;
        let mut confident = Vec::with_capacity(n);
        for (i, &label) in self.labels_n.iter().enumerate() {
            let (label, row) = (label as usize, &logits[i * k..(i + 1) * k]);
            let predicted = argmax(row);
            confusion.add(label, predicted);
            in_top5 += u64::from(rank(row, label) < 5.min(k));
            nll -= f64::from(log_probabilities_nk[i * k + label]);
            confident.push((probabilities_nk[i * k + predicted], predicted == label));
        }
        let areas: Vec<Option<f64>> = (0..k)
            .map(|c| auroc(n, |i| probabilities_nk[i * k + c], |i| self.labels_n[i] as usize == c))
            .collect();
        let per_class = confusion.class_reports(|c| areas[c]);
        let averages = Confusion::macro_of(&per_class);
        let acc_top1 = confusion.correct() as f64 / n as f64;
        Ok(Scores {
            loss,
            nll: nll / n as f64,
            acc_top1,
            acc_top5: in_top5 as f64 / n as f64,
            f1_macro: averages.f1,
            f1_micro: acc_top1,
            precision_macro: averages.precision,
            recall_macro: averages.recall,
            // A class without both kinds counts 0, as in torchmetrics.
            auroc_macro: Some(areas.iter().map(|area| area.unwrap_or(0.0)).sum::<f64>() / k as f64),
            ece: expected_calibration_error(confident.into_iter(), BINS),
            per_class,
            arrays: EvaluateArrays {
                logits_nc: logits,
                labels_n: self.labels_n.iter().map(|&label| label as i32).collect(),
                indices_n: self.indices_n,
                confusion_cc: confusion.counts_cc,
            },
        })
    }
}

fn floats(tensor: &Tensor) -> Result<Vec<f32>> {
    let mut values = vec![0f32; tensor.numel()];
    let flat = tensor.f_contiguous()?;
    flat.f_copy_data(&mut values, flat.numel())?;
    Ok(values)
}

/// The first of the largest.
fn argmax(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, &value) in row.iter().enumerate() {
        if value > row[best] {
            best = i;
        }
    }
    best
}

/// How many classes come before `label`: larger logits, and equal ones of a lower index.
fn rank(row: &[f32], label: usize) -> usize {
    let own = row[label];
    row.iter().enumerate().filter(|&(i, &value)| value > own || (value == own && i < label)).count()
}

#[cfg(test)]
mod tests {
    use classifier_spec::LossSpec;
    use serde_json::Value;

    use super::*;

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
    }

    #[test]
    fn every_number_is_torchmetrics() {
        let golden: Value = serde_json::from_str(include_str!("../../tests/fixtures/metric/metrics.json"))
            .expect("the golden file");
        let labels: Vec<i64> = numbers(&golden["labels"]).into_iter().map(|label| label as i64).collect();
        let logits: Vec<f32> =
            numbers(&golden["logits"]).into_iter().map(|value| value as f32 / 64.0).collect();
        let classes = logits.len() / labels.len();
        let spec = LossSpec::CrossEntropy {
            label_smoothing: 0.1,
            class_weights: Some(numbers(&golden["class_weights"])),
        };
        let loss = Loss::new(&spec, classes as u32, Device::Cpu).expect("a loss");
        let mut evaluation = Evaluation::new(classes);
        // In batches of ten, after something that a reset must forget.
        evaluation
            .update(&Tensor::zeros([1, classes as i64], (Kind::Float, Device::Cpu)), &[0], &[0])
            .expect("row");
        evaluation.reset();
        for (i, labels) in labels.chunks(10).enumerate() {
            let rows = &logits[i * 10 * classes..(i * 10 + labels.len()) * classes];
            let rows = Tensor::from_slice(rows).view([labels.len() as i64, classes as i64]);
            let indices: Vec<u32> = (0..labels.len()).map(|k| (i * 10 + k) as u32).collect();
            evaluation.update(&rows, labels, &indices).expect("updated");
        }
        let found = evaluation.compute(&loss, Device::Cpu).expect("scores");
        for (name, value) in [
            ("loss", found.loss),
            ("nll", found.nll),
            ("acc_top1", found.acc_top1),
            ("acc_top5", found.acc_top5),
            ("f1_macro", found.f1_macro),
            ("f1_micro", found.f1_micro),
            ("precision_macro", found.precision_macro),
            ("recall_macro", found.recall_macro),
            ("auroc_macro", found.auroc_macro.expect("an area")),
            ("ece", found.ece),
        ] {
            let expected = golden[name].as_f64().expect("a number");
            assert!((value - expected).abs() < 1e-6, "{name}: {value} {expected}");
        }
        for (c, class) in found.per_class.iter().enumerate() {
            for (name, value) in [
                ("f1", class.f1),
                ("precision", class.precision),
                ("recall", class.recall),
                ("auroc", class.auroc.unwrap_or(0.0)),
            ] {
                let expected = numbers(&golden[name])[c];
                assert!((value - expected).abs() < 1e-6, "{name} of {c}: {value} {expected}");
            }
        }
        assert_eq!(found.per_class[3].auroc, None);
        let confusion: Vec<u32> =
            numbers(&golden["confusion"]).into_iter().map(|count| count as u32).collect();
        assert_eq!(found.arrays.confusion_cc, confusion);
        assert_eq!(found.arrays.indices_n, (0..labels.len() as u32).collect::<Vec<_>>());
    }
}
