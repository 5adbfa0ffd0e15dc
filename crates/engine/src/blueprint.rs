//! The list of a model's tensors, before any of them exists: layers add to it as the model is composed.

use crate::error::{Error, Result};
use crate::random::Key;

/// Place of a tensor in the model's list.
pub(crate) type Id = usize;

/// What a tensor is for; decides decay, precision and averaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Convolution or linear weight: decayed, cast for low precision.
    Weight,
    /// Bias of a convolution or linear layer: cast for low precision.
    Bias,
    /// Scale or shift of a norm: stays in fp32.
    Norm,
    /// Running mean or variance.
    Statistic,
    /// `num_batches_tracked`.
    Counter,
}

impl Role {
    pub(crate) fn is_parameter(self) -> bool {
        matches!(self, Self::Weight | Self::Bias | Self::Norm)
    }

    pub(crate) fn follows_precision(self) -> bool {
        matches!(self, Self::Weight | Self::Bias)
    }
}

/// Initial values, drawn from (seed, name).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Init {
    Constant(f32),
    Normal {
        std: f64,
    },
    /// Uniform in [−bound, bound).
    Uniform {
        bound: f64,
    },
}

impl Init {
    /// Row-major values of the tensor called `name`.
    pub(crate) fn values(self, seed: u64, name: &str, numel: usize) -> Vec<f32> {
        let mut values = vec![0f32; numel];
        let key = Key::new(seed, name, &[]);
        match self {
            Self::Constant(value) => values.fill(value),
            Self::Normal { std } => crate::random::fill_normal(&mut values, key, std),
            Self::Uniform { bound } => crate::random::fill_uniform(&mut values, key, bound),
        }
        values
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub name: String,
    pub shape: Vec<i64>,
    pub role: Role,
    pub init: Init,
    pub frozen: bool,
}

impl Entry {
    pub(crate) fn numel(&self) -> usize {
        self.shape.iter().product::<i64>() as usize
    }
}

/// Collects entries and knows which stages are frozen.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub entries: Vec<Entry>,
    freeze: Vec<String>,
}

impl Blueprint {
    /// `freeze`: name prefixes, whole segments (`layer1` is not `layer10`).
    pub(crate) fn new(freeze: &[String]) -> Self {
        Self { entries: Vec::new(), freeze: freeze.to_vec() }
    }

    pub(crate) fn add(&mut self, name: String, shape: &[i64], role: Role, init: Init) -> Id {
        let frozen = self.is_frozen(&name);
        self.entries.push(Entry { name, shape: shape.to_vec(), role, init, frozen });
        self.entries.len() - 1
    }

    pub(crate) fn is_frozen(&self, name: &str) -> bool {
        self.freeze.iter().any(|prefix| covers(prefix, name))
    }

    /// Each prefix must name something, and something must be left to train.
    pub(crate) fn check_freeze(&self) -> Result<()> {
        for prefix in &self.freeze {
            if !self.entries.iter().any(|entry| covers(prefix, &entry.name)) {
                return Err(Error::config(format!(
                    "model.freeze names \"{prefix}\", which this model does not have; its stages are {}",
                    self.stages().join(", ")
                )));
            }
        }
        if self.entries.iter().all(|entry| entry.frozen || !entry.role.is_parameter()) {
            return Err(Error::config("model.freeze covers the whole model: there is nothing left to train"));
        }
        Ok(())
    }

    fn stages(&self) -> Vec<String> {
        let mut stages: Vec<String> = Vec::new();
        for entry in &self.entries {
            let stage = entry.name.split('.').next().unwrap_or(&entry.name);
            if stages.last().is_none_or(|last| last != stage) {
                stages.push(stage.to_owned());
            }
        }
        stages
    }
}

/// The stem is one stage: freezing `conv1` freezes `bn1` with it.
fn covers(prefix: &str, name: &str) -> bool {
    let under =
        |prefix: &str| name == prefix || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    under(prefix) || (prefix == "conv1" && under("bn1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freeze_goes_by_whole_segments_and_takes_the_stems_norm() {
        assert!(covers("layer1", "layer1.0.conv1.weight"));
        assert!(!covers("layer1", "layer10.weight"));
        assert!(covers("conv1", "bn1.running_mean"));
        assert!(!covers("conv1", "layer1.0.bn1.weight"));
    }

    #[test]
    fn unknown_stages_are_named() {
        let mut blueprint = Blueprint::new(&["layer9".into()]);
        blueprint.add("fc.weight".into(), &[2, 3], Role::Weight, Init::Constant(0.0));
        let Err(Error::Fault(fault)) = blueprint.check_freeze() else { panic!("accepted") };
        assert!(fault.message.contains("layer9") && fault.message.contains("fc"));
    }
}
