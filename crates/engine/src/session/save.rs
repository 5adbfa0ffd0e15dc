//! Saving: a snapshot in memory, then the disk, which need not hold up the next step.

use std::path::Path;
use std::time::Instant;

use classifier_spec::{Fault, Phase, SaveReport, SaveRequest, Weights};

use super::Session;
use crate::checkpoint::{
    self, EMA, EngineState, Holds, MODEL, NamedBytes, OPTIMIZER, RAW, STATE, SavedWindow, serialize,
    weights_sha256,
};
use crate::error::Result;

/// A checkpoint in memory. It may be written on any thread.
#[derive(Debug)]
pub struct Snapshot {
    directory: String,
    files: Vec<(String, Vec<NamedBytes>)>,
    state: EngineState,
    started: Instant,
}

impl Snapshot {
    /// Writes the folder, whole or not at all.
    pub fn write(self) -> std::result::Result<SaveReport, Fault> {
        let weights_sha256 = self.state.weights_sha256.clone();
        let mut files: Vec<_> =
            self.files.into_iter().map(|(name, tensors)| (name, serialize(tensors))).collect();
        let text = serde_json::to_vec_pretty(&self.state)
            .map_err(|error| Fault::new(classifier_spec::FaultKind::Bug, format!("state.json: {error}")))?;
        files.push((STATE.to_owned(), vec![text]));
        let bytes = checkpoint::write_folder(Path::new(&self.directory), &files)?;
        let seconds = self.started.elapsed().as_secs_f64();
        Ok(SaveReport { directory: self.directory, weights_sha256, bytes, seconds })
    }
}

impl Session {
    /// Saves and waits for the disk. A save is exact at any micro-batch: gradients of an open accumulation window are
    /// part of it.
    pub fn save(&mut self, request: &SaveRequest) -> std::result::Result<SaveReport, Fault> {
        let started = Instant::now();
        let control = self.control.clone();
        let _phase = control.enter(Phase::Save);
        let report = self.snapshot(request)?.write();
        self.ledger.checkpoint_s += started.elapsed().as_secs_f64();
        report
    }

    /// Copies what a checkpoint needs; training may go on while it is written.
    pub fn snapshot(&mut self, request: &SaveRequest) -> std::result::Result<Snapshot, Fault> {
        Ok(self.take_snapshot(request)?)
    }

    fn take_snapshot(&mut self, request: &SaveRequest) -> Result<Snapshot> {
        let started = Instant::now();
        let raw = self.named(&self.network.masters)?;
        let raw_sha256 = weights_sha256(&raw);
        let ema = self.ema.as_ref().map(|ema| self.named(&ema.tensors)).transpose()?;
        let ema_sha256 = ema.as_deref().map(weights_sha256);
        let (holds, model, other) = match (self.resolve(request.scored), ema) {
            (Weights::Ema, Some(ema)) => (Holds::Ema, ema, Some((RAW, raw))),
            (Weights::Ema, None) => {
                return Err(crate::error::Error::config(
                    "the scored weights are said to be EMA's, but EMA is off",
                ));
            }
            (_, ema) => (Holds::Raw, raw, ema.map(|ema| (EMA, ema))),
        };
        let mut files = vec![(MODEL.to_owned(), model)];
        if !request.weights_only {
            files.extend(other.map(|(name, tensors)| (name.to_owned(), tensors)));
            files.push((OPTIMIZER.to_owned(), self.optimizer_tensors()?));
        }
        let state = EngineState {
            format_version: 1,
            model_holds: holds,
            weights_only: request.weights_only,
            position: self.progress.position,
            epoch_sums: self.progress.epoch_sums,
            drawn_per_class: self.progress.drawn_per_class.clone(),
            skipped_images: self.skipped_images(),
            optimizer_steps: self.optimizer.steps_taken()?,
            scaler: self.scaler.as_ref().map(|scaler| scaler.state()).transpose()?,
            window: SavedWindow { batches: self.window.batches, images: self.window.images },
            weights_sha256: raw_sha256,
            ema_sha256,
            state: request.state.clone(),
        };
        Ok(Snapshot { directory: request.directory.clone(), files, state, started })
    }

    fn optimizer_tensors(&self) -> Result<Vec<NamedBytes>> {
        let mut tensors = Vec::new();
        let lists = self.optimizer.state_names.iter().copied().zip(&self.optimizer.state);
        let open = (self.window.batches > 0).then_some(("grad", &self.window.sums));
        for (state, list) in lists.chain(open) {
            for (tensor, &id) in list.iter().zip(&self.network.trainable) {
                tensors.push(NamedBytes::of(format!("{state}.{}", self.network.entries[id].name), tensor)?);
            }
        }
        Ok(tensors)
    }
}
