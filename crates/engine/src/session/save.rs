//! Saving: a snapshot in memory, then the disk, which does not hold up the next step.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use classifier_spec::{Fault, FaultKind, Phase, SaveReport, SaveRequest, Weights};

use super::Session;
use crate::checkpoint::{
    self, EMA, EngineState, Holds, MODEL, NamedBytes, OPTIMIZER, RAW, STATE, SavedWindow, serialize,
    weights_sha256,
};
use crate::error::Result;
use crate::injection;

/// A checkpoint in memory. It may be written on any thread.
#[derive(Debug)]
pub struct Snapshot {
    directory: String,
    files: Vec<(String, Vec<NamedBytes>)>,
    /// Its hashes are still to be filled in.
    state: EngineState,
    started: Instant,
}

impl Snapshot {
    /// Writes the folder, whole or not at all.
    pub fn write(mut self) -> std::result::Result<SaveReport, Fault> {
        self.fill_hashes();
        let weights_sha256 = self.state.weights_sha256.clone();
        let mut files: Vec<_> =
            self.files.into_iter().map(|(name, tensors)| (name, serialize(tensors))).collect();
        let text = serde_json::to_vec_pretty(&self.state)
            .map_err(|error| Fault::new(FaultKind::Bug, format!("state.json: {error}")))?;
        files.push((STATE.to_owned(), vec![text]));
        let bytes = checkpoint::write_folder(Path::new(&self.directory), &files)?;
        let seconds = self.started.elapsed().as_secs_f64();
        Ok(SaveReport { directory: self.directory, weights_sha256, bytes, seconds })
    }

    fn fill_hashes(&mut self) {
        let hash = |name: &str| {
            self.files.iter().find(|(file, _)| file == name).map(|(_, tensors)| weights_sha256(tensors))
        };
        let (raw, ema) = match self.state.model_holds {
            Holds::Raw => (hash(MODEL), hash(EMA)),
            Holds::Ema => (hash(RAW), hash(MODEL)),
        };
        // A folder of averages alone holds no raw weights: what it says of them was hashed at once.
        if let Some(raw) = raw {
            self.state.weights_sha256 = raw;
        }
        self.state.ema_sha256 = ema.or(self.state.ema_sha256.take());
    }
}

/// What is called with the result of a save, once.
pub type SaveDone = Box<dyn FnOnce(std::result::Result<SaveReport, Fault>) + Send>;

impl Session {
    /// Saves and waits for the disk. A save is exact at any micro-batch: gradients of an open accumulation window are
    /// part of it.
    pub fn save(&mut self, request: &SaveRequest) -> std::result::Result<SaveReport, Fault> {
        let snapshot = self.snapshot(request)?;
        let started = Instant::now();
        self.writer.wait();
        let report = snapshot.write();
        self.ledger.checkpoint_s += started.elapsed().as_secs_f64();
        report
    }

    /// Copies what a checkpoint needs; training may go on while it is written. Weights that are not finite are refused:
    /// a checkpoint is something to go back to.
    pub fn snapshot(&mut self, request: &SaveRequest) -> std::result::Result<Snapshot, Fault> {
        let started = Instant::now();
        let control = self.control.clone();
        let _phase = control.enter(Phase::Save);
        let snapshot = self.take_snapshot(request);
        self.ledger.checkpoint_s += started.elapsed().as_secs_f64();
        Ok(snapshot?)
    }

    /// Writes a snapshot beside what the session does next; `done` gets the result on the writer's thread. Snapshots reach
    /// the disk in order, one at a time: this waits for the one before.
    pub fn write_beside(&mut self, snapshot: Snapshot, done: SaveDone) {
        let started = Instant::now();
        let control = self.control.clone();
        let _phase = control.enter(Phase::Save);
        let work = Arc::new(Mutex::new(Some((snapshot, done))));
        let own = Arc::clone(&work);
        let write = move || {
            if let Some((snapshot, done)) = take(&own) {
                injection::hit("save.snapshot", 0);
                done(catch_unwind(AssertUnwindSafe(|| snapshot.write())).unwrap_or_else(|_| {
                    Err(Fault::new(FaultKind::Bug, "writing a checkpoint panicked")
                        .hint("This is a bug; please report it with the run's log.jsonl."))
                }));
            }
        };
        if self.writer.start(write).is_err()
            && let Some((snapshot, done)) = take(&work)
        {
            // No thread to be had: the step waits instead.
            done(snapshot.write());
        }
        self.ledger.checkpoint_s += started.elapsed().as_secs_f64();
    }

    fn take_snapshot(&mut self, request: &SaveRequest) -> Result<Snapshot> {
        let started = Instant::now();
        let raw = self.named(&self.network.masters)?;
        self.check_finite(&raw, "")?;
        let ema = self.ema.as_ref().map(|ema| self.named(&ema.tensors)).transpose()?;
        if let Some(ema) = &ema {
            self.check_finite(ema, " of the averages (EMA)")?;
        }
        let mut hashes = (String::new(), None);
        if request.weights_only {
            hashes = (weights_sha256(&raw), ema.as_deref().map(weights_sha256));
        }
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
            weights_sha256: hashes.0,
            ema_sha256: hashes.1,
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

    fn check_finite(&self, tensors: &[NamedBytes], whose: &str) -> std::result::Result<(), Fault> {
        let Some(broken) = tensors.iter().find(|tensor| !tensor.is_finite()) else { return Ok(()) };
        let position = self.progress.position;
        let place =
            format!("epoch {}, batch {} (optimizer step {})", position.epoch, position.batch, position.step);
        Err(Fault::new(
            FaultKind::Diverged,
            format!("The weights{whose} hold NaN or infinity at {place}: {} is not saved", broken.name),
        )
        .hint("Lower the learning rate, lengthen the warmup, or set trainer.gradient_clip_val.")
        .details(serde_json::json!({
            "what": "weights", "tensor": broken.name, "epoch": position.epoch, "batch": position.batch,
            "step": position.step, "learning_rate": self.progress.learning_rate,
        })))
    }
}

fn take<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
