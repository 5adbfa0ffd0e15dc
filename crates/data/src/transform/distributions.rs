//! For tests: whether numbers are distributed as torchvision's are.

use std::collections::BTreeMap;

use crate::Stream;

const GOLDEN: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/distributions/distributions.json"));
/// As many as the golden quantiles were made from.
const DRAWS: u64 = 20_000;
/// Five standard errors of the difference of two empirical shares.
const TOLERANCE: f64 = 0.025;

/// One of the golden experiments.
pub struct Observed {
    name: &'static str,
    /// Of each parameter, evenly spaced from the least to the greatest.
    quantiles: BTreeMap<String, Vec<f64>>,
}

impl Observed {
    pub fn new(name: &'static str) -> Self {
        let mut all: BTreeMap<String, BTreeMap<String, Vec<f64>>> = serde_json::from_str(GOLDEN).unwrap();
        Self { name, quantiles: all.remove(name).unwrap() }
    }

    /// Draws all parameters many times and compares each one's distribution.
    pub fn draw(&mut self, mut parameters: impl FnMut(&mut Stream) -> Vec<(&'static str, f64)>) {
        let mut columns: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for index in 0..DRAWS {
            for (name, value) in parameters(&mut Stream::new(&[17, index])) {
                columns.entry(name).or_default().push(value);
            }
        }
        assert_eq!(columns.len(), self.quantiles.len(), "{}", self.name);
        for (parameter, values) in columns {
            let quantiles = &self.quantiles[parameter];
            let share = |holds: &dyn Fn(f64) -> bool| {
                values.iter().filter(|value| holds(**value)).count() as f64 / values.len() as f64
            };
            for (step, quantile) in quantiles.iter().enumerate() {
                let expected = step as f64 / (quantiles.len() - 1) as f64;
                let (below, up_to) =
                    (share(&|value| value < quantile - 1e-6), share(&|value| value <= quantile + 1e-6));
                assert!(
                    below <= expected + TOLERANCE && up_to >= expected - TOLERANCE,
                    "{} {parameter}: {below:.3} to {up_to:.3} of ours lie below torchvision's {expected:.3} quantile {quantile}",
                    self.name,
                );
            }
        }
    }
}

#[test]
fn dirichlet_shares_are_torchs() {
    for (name, alpha) in [("dirichlet_0.3", 0.3), ("dirichlet_1.0", 1.0), ("dirichlet_2.5", 2.5)] {
        Observed::new(name).draw(|stream| {
            let shares = stream.dirichlet(alpha, 3);
            vec![("first", shares[0]), ("last", shares[2])]
        });
    }
}

#[test]
fn weighted_orders_without_replacement_are_torchs() {
    use classifier_spec::SamplerSpec;
    let spec = SamplerSpec::Weighted {
        class_weights: vec![1.0, 2.0, 5.0, 0.5, 1.5],
        num_samples: Some(3),
        replacement: false,
    };
    let sampler = crate::Sampler::new(&spec, &[0, 1, 2, 3, 4], 5).unwrap();
    Observed::new("weighted_without_replacement").draw(|stream| {
        let order = sampler.order(stream.next_u64(), 0);
        vec![("first", f64::from(order[0])), ("third", f64::from(order[2]))]
    });
}
