//! The order in which an epoch shows a split's samples.

use classifier_spec::{Fault, FaultKind, SamplerSpec};

use crate::Stream;

/// Marks the streams of orders, apart from those of augmentations.
const ORDER: u64 = 0x006f_7264_6572;

/// Draws the order of each epoch, a function of (seed, epoch) alone.
#[derive(Debug, Clone)]
pub enum Sampler {
    Sequential { samples: usize },
    Shuffle { samples: usize },
    Weighted(WeightedSampler),
}

/// `torch.utils.data.WeightedRandomSampler` with one weight a class.
#[derive(Debug, Clone)]
pub struct WeightedSampler {
    /// Of each class: weight and samples.
    classes: Vec<(f64, Vec<u32>)>,
    num_samples: usize,
    replacement: bool,
}

impl Sampler {
    /// `labels` are the split's; a weighted sampler has a weight for each of `classes`.
    pub fn new(spec: &SamplerSpec, labels: &[u32], classes: usize) -> Result<Self, Fault> {
        let samples = labels.len();
        match spec {
            SamplerSpec::Sequential => Ok(Self::Sequential { samples }),
            SamplerSpec::Shuffle => Ok(Self::Shuffle { samples }),
            SamplerSpec::Weighted { class_weights, num_samples, replacement } => {
                WeightedSampler::new(class_weights, *num_samples, *replacement, labels, classes)
                    .map(Self::Weighted)
            }
        }
    }

    /// Samples of one epoch.
    pub fn len(&self) -> usize {
        match self {
            Self::Sequential { samples } | Self::Shuffle { samples } => *samples,
            Self::Weighted(weighted) => weighted.num_samples,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sample indices of an epoch in the order of showing.
    pub fn order(&self, seed: u64, epoch: u32) -> Vec<u32> {
        let mut stream = Stream::new(&[seed, u64::from(epoch), ORDER]);
        match self {
            Self::Sequential { samples } => (0..*samples as u32).collect(),
            Self::Shuffle { samples } => stream.permutation(*samples),
            Self::Weighted(weighted) => weighted.order(&mut stream),
        }
    }
}

impl WeightedSampler {
    fn new(
        weights: &[f64],
        num_samples: Option<u32>,
        replacement: bool,
        labels: &[u32],
        classes: usize,
    ) -> Result<Self, Fault> {
        let config = |message: String| Fault::new(FaultKind::Config, message);
        if weights.len() != classes {
            let message =
                format!("sampler.class_weights has {} weights for {classes} classes", weights.len());
            return Err(config(message).hint("Give one weight for each class of the train split."));
        }
        if let Some(bad) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
            return Err(config(format!(
                "sampler.class_weights holds {bad}; weights are finite and not negative"
            )));
        }
        let mut by_class: Vec<_> = weights.iter().map(|weight| (*weight, Vec::new())).collect();
        for (sample, label) in labels.iter().enumerate() {
            by_class[*label as usize].1.push(sample as u32);
        }
        by_class.retain(|(weight, samples)| *weight > 0.0 && !samples.is_empty());
        let drawable: usize = by_class.iter().map(|(_, samples)| samples.len()).sum();
        if drawable == 0 {
            return Err(config(
                "sampler.class_weights gives no class with images a weight above zero".into(),
            ));
        }
        let num_samples = num_samples.map_or(labels.len(), |count| count as usize);
        if !replacement && num_samples > drawable {
            let message = format!(
                "sampler.num_samples is {num_samples}, but only {drawable} images have a weight above zero"
            );
            return Err(config(message).hint("Lower sampler.num_samples or set sampler.replacement=true."));
        }
        Ok(Self { classes: by_class, num_samples, replacement })
    }

    fn order(&self, stream: &mut Stream) -> Vec<u32> {
        if self.replacement { self.with_replacement(stream) } else { self.without_replacement(stream) }
    }

    /// Each draw takes a class in proportion to weight · images, then one of its images: the same law as drawing
    /// images in proportion to their weights.
    fn with_replacement(&self, stream: &mut Stream) -> Vec<u32> {
        let mut total = 0.0;
        let ends: Vec<f64> = self
            .classes
            .iter()
            .map(|(weight, samples)| {
                total += weight * samples.len() as f64;
                total
            })
            .collect();
        (0..self.num_samples)
            .map(|_| {
                let at = stream.unit() * total;
                let (_, samples) = &self.classes[ends.partition_point(|end| *end <= at).min(ends.len() - 1)];
                samples[stream.below(samples.len() as u64) as usize]
            })
            .collect()
    }

    /// Drawing one after the other without putting back: the samples with the smallest Exp(weight) times, in order
    /// (Efraimidis and Spirakis 2006; torch's multinomial does the same).
    fn without_replacement(&self, stream: &mut Stream) -> Vec<u32> {
        let mut times: Vec<(f64, u32)> = Vec::new();
        for (weight, samples) in &self.classes {
            times.extend(samples.iter().map(|sample| (-(1.0 - stream.unit()).ln() / weight, *sample)));
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        times.truncate(self.num_samples);
        times.into_iter().map(|(_, sample)| sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(order: &[u32], labels: &[u32]) -> [f64; 2] {
        let second = order.iter().filter(|sample| labels[**sample as usize] == 1).count() as f64;
        [order.len() as f64 - second, second]
    }

    #[test]
    fn an_order_is_a_function_of_seed_and_epoch() {
        let sampler = Sampler::Shuffle { samples: 100 };
        assert_eq!(sampler.order(1, 2), sampler.order(1, 2));
        assert_ne!(sampler.order(1, 2), sampler.order(1, 3));
        assert_ne!(sampler.order(1, 2), sampler.order(2, 2));
    }

    #[test]
    fn balanced_weights_draw_rare_classes_as_often() {
        let labels: Vec<u32> = (0..10_000).map(|index| u32::from(index % 10 == 0)).collect();
        let spec =
            SamplerSpec::Weighted { class_weights: vec![1.0, 9.0], num_samples: None, replacement: true };
        let order = Sampler::new(&spec, &labels, 2).unwrap().order(5, 0);
        let [first, second] = counts(&order, &labels);
        assert_eq!(order.len(), 10_000);
        assert!((first - second).abs() < 5.0 * 100.0, "{first} {second}");
    }

    #[test]
    fn without_replacement_shows_nothing_twice_and_prefers_weight() {
        let labels: Vec<u32> = (0..10_000).map(|index| index % 2).collect();
        let spec = SamplerSpec::Weighted {
            class_weights: vec![1.0, 3.0],
            num_samples: Some(1000),
            replacement: false,
        };
        let order = Sampler::new(&spec, &labels, 2).unwrap().order(5, 0);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 1000);
        let [_, second] = counts(&order, &labels);
        // With 1,000 of 10,000 gone the share is still close to 3/4.
        assert!((second - 740.0).abs() < 70.0, "{second}");
    }

    #[test]
    fn impossible_wishes_are_config_faults() {
        let spec = |weights: &[f64], count, replacement| SamplerSpec::Weighted {
            class_weights: weights.to_vec(),
            num_samples: count,
            replacement,
        };
        for spec in [spec(&[1.0], None, true), spec(&[1.0, -1.0], None, true), spec(&[0.0, 0.0], None, true)]
        {
            assert_eq!(Sampler::new(&spec, &[0, 1], 2).unwrap_err().kind, FaultKind::Config);
        }
        let message = Sampler::new(&spec(&[1.0, 1.0], Some(3), false), &[0, 1], 2).unwrap_err().message;
        assert!(message.contains("num_samples"), "{message}");
    }
}
