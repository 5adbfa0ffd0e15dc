//! A session: model, optimizer, averages and loaders, and the verbs that work on them.

mod evaluate;
mod export;
mod heat_maps;
mod inspect;
mod load;
mod memory;
mod open;
mod predict;
mod save;
mod step;
mod train;

use std::sync::Arc;

use classifier_data::Dataset;
use classifier_spec::{Ledger, Plan, Position, SkippedImage, Split, TrainSums, Weights};
use tch::Tensor;

use crate::batch::BatchSource;
use crate::checkpoint::Writer;
use crate::control::Control;
use crate::device::Machine;
use crate::ema::Ema;
use crate::error::{Error, Result};
use crate::loss::Loss;
use crate::network::{Inference, Network};
use crate::normalize::Normalize;
use crate::optimizer::{Optimizer, Scaler};

pub use save::{SaveDone, Snapshot};

/// The loaders of the splits that there are.
#[derive(Default)]
pub struct Sources {
    pub train: Option<Box<dyn BatchSource>>,
    /// The train split through the evaluation's pipeline; made when it is first asked for.
    pub train_as_eval: Option<Box<dyn BatchSource>>,
    pub val: Option<Box<dyn BatchSource>>,
    pub test: Option<Box<dyn BatchSource>>,
}

impl Sources {
    /// For evaluation.
    fn get_mut(&mut self, split: Split) -> Option<&mut Box<dyn BatchSource>> {
        match split {
            Split::Train => self.train_as_eval.as_mut(),
            Split::Val => self.val.as_mut(),
            Split::Test => self.test.as_mut(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &dyn BatchSource> {
        [&self.train, &self.train_as_eval, &self.val, &self.test]
            .into_iter()
            .filter_map(|source| source.as_deref())
    }
}

/// All of a run that lives in the engine. It belongs to one thread.
pub struct Session {
    plan: Plan,
    machine: Machine,
    network: Network,
    /// Of the last prediction; gone when the weights change.
    inference: Option<(Weights, Inference)>,
    loss: Loss,
    optimizer: Optimizer,
    ema: Option<Ema>,
    scaler: Option<Scaler>,
    sources: Sources,
    dataset: Option<Arc<Dataset>>,
    normalize_train: Normalize,
    normalize_eval: Normalize,
    control: Arc<Control>,
    progress: Course,
    window: Window,
    ledger: Ledger,
    writer: Writer,
}

/// Where the run stands, and what its epoch has summed up.
#[derive(Debug, Clone)]
struct Course {
    position: Position,
    epoch_sums: TrainSums,
    drawn_per_class: Vec<u32>,
    /// Of batches before a resume; the loader knows the others.
    skipped_before: Vec<SkippedImage>,
    /// Where the train loader stands, if it was started.
    loader_at: Option<(u32, u32)>,
    learning_rate: f64,
    ema_decay: Option<f64>,
}

/// An accumulation window: Σ images · gradient of its micro-batches so far.
#[derive(Debug, Default)]
struct Window {
    batches: u32,
    images: u64,
    sums: Vec<Tensor>,
}

const NO_SUMS: TrainSums =
    TrainSums { images: 0, loss_sum: 0.0, correct_top1: 0, steps: 0, skipped_steps: 0 };

impl Session {
    /// The tensors to evaluate with: always in fp32, whatever training runs in, since fp32 is what is saved, exported and
    /// shipped. In another precision the scores of a run would not be those of its model.
    fn tensors_for(&self, weights: Weights) -> Result<Vec<Tensor>> {
        match (self.resolve(weights), &self.ema) {
            (Weights::Ema, Some(ema)) => Ok(ema.tensors.iter().map(Tensor::shallow_clone).collect()),
            (Weights::Ema, None) => {
                Err(Error::config("the averaged weights (EMA) are asked for, but EMA is off"))
            }
            _ => Ok(self.network.masters.iter().map(Tensor::shallow_clone).collect()),
        }
    }

    /// `Auto` is EMA where it is on.
    fn resolve(&self, weights: Weights) -> Weights {
        match weights {
            Weights::Auto if self.ema.is_some() => Weights::Ema,
            Weights::Auto => Weights::Raw,
            said => said,
        }
    }

    /// What time went to, the writer's included.
    fn ledger(&self) -> Ledger {
        Ledger { checkpoint_write_s: self.writer.seconds(), ..self.ledger }
    }

    fn decode_seconds(&mut self) {
        let (mut decode, mut transform) = (0.0, 0.0);
        for source in self.sources.all() {
            let seconds = source.seconds();
            decode += seconds.decode_cpu_s;
            transform += seconds.transform_cpu_s;
        }
        (self.ledger.decode_cpu_s, self.ledger.transform_cpu_s) = (decode, transform);
    }
}
