//! Loading a checkpoint: everything is verified before anything changes.

use std::path::Path;

use classifier_spec::{Fault, LoadReport};
use tch::Tensor;

use super::{Session, Window};
use crate::checkpoint::{
    EMA, EngineState, Holds, MODEL, OPTIMIZER, RAW, STATE, TensorFile, refuse, verify, weights_sha256,
};
use crate::error::Result;

impl Session {
    /// Continues from a folder that [`Session::save`] wrote. A folder of weights only gives the weights and starts the
    /// rest anew.
    pub fn load(&mut self, directory: &str) -> std::result::Result<LoadReport, Fault> {
        Ok(self.load_folder(Path::new(directory))?)
    }

    fn load_folder(&mut self, directory: &Path) -> Result<LoadReport> {
        let _no_grad = tch::no_grad_guard();
        self.inference = None;
        let commit = verify(directory)?;
        let state = read_state(directory)?;
        let open = |name: &str| TensorFile::open(&directory.join(name));
        let has = |name: &str| commit.files.contains_key(name);
        let model = open(MODEL)?;
        let (raw, averages) = match state.model_holds {
            Holds::Raw => (model, if has(EMA) { Some(open(EMA)?) } else { None }),
            Holds::Ema if has(RAW) => (open(RAW)?, Some(model)),
            Holds::Ema => (model, None),
        };
        self.check_names(&raw)?;
        self.fill(&raw, &self.network.masters)?;
        self.network.refresh_shadows()?;
        if let Some(ema) = &self.ema {
            match &averages {
                Some(file) => self.fill(file, &ema.tensors)?,
                None => ema.restart(&self.network.masters)?,
            }
        }
        if state.weights_only {
            let weights_sha256 = weights_sha256(&self.named(&self.network.masters)?);
            return Ok(LoadReport { position: self.progress.position, state: state.state, weights_sha256 });
        }
        let optimizer = open(OPTIMIZER)?;
        let lists = self.optimizer.state_names.iter().zip(&self.optimizer.state);
        for (name, list) in lists {
            self.fill_trainable(&optimizer, name, list)?;
        }
        let sums = if state.window.batches > 0 {
            let sums = self
                .network
                .trainable
                .iter()
                .map(|&id| Ok(self.network.masters[id].f_zeros_like()?))
                .collect::<Result<Vec<_>>>()?;
            self.fill_trainable(&optimizer, "grad", &sums)?;
            sums
        } else {
            Vec::new()
        };
        self.window = Window { batches: state.window.batches, images: state.window.images, sums };
        self.optimizer.set_steps_taken(state.optimizer_steps)?;
        if let (Some(scaler), Some(saved)) = (&mut self.scaler, state.scaler) {
            scaler.restore(saved)?;
        }
        self.take_course(&state);
        let weights_sha256 = weights_sha256(&self.named(&self.network.masters)?);
        if weights_sha256 != state.weights_sha256 {
            return Err(
                refuse(format!("{} holds other weights than its {STATE} says", directory.display())).into()
            );
        }
        Ok(LoadReport { position: state.position, state: state.state, weights_sha256 })
    }

    fn take_course(&mut self, state: &EngineState) {
        let course = &mut self.progress;
        course.position = state.position;
        course.epoch_sums = state.epoch_sums;
        course.drawn_per_class.clone_from(&state.drawn_per_class);
        course.skipped_before.clone_from(&state.skipped_images);
        course.loader_at = None;
    }

    /// Every tensor of the model must be there, and nothing else.
    fn check_names(&self, file: &TensorFile) -> Result<()> {
        let entries = &self.network.entries;
        let missing: Vec<&str> =
            entries.iter().map(|e| e.name.as_str()).filter(|name| file.get(name).is_none()).collect();
        let unexpected: Vec<&str> =
            file.names().filter(|name| entries.iter().all(|e| e.name != *name)).collect();
        if missing.is_empty() && unexpected.is_empty() {
            return Ok(());
        }
        Err(refuse(format!(
            "{} is of another model: missing {missing:?}, unexpected {unexpected:?}",
            file.path()
        ))
        .into())
    }

    fn fill(&self, file: &TensorFile, tensors: &[Tensor]) -> Result<()> {
        self.network
            .entries
            .iter()
            .zip(tensors)
            .try_for_each(|(entry, tensor)| file.read_into(&entry.name, tensor))
    }

    fn fill_trainable(&self, file: &TensorFile, state: &str, tensors: &[Tensor]) -> Result<()> {
        self.network.trainable.iter().zip(tensors).try_for_each(|(&id, tensor)| {
            file.read_into(&format!("{state}.{}", self.network.entries[id].name), tensor)
        })
    }
}

pub(super) fn read_state(directory: &Path) -> Result<EngineState> {
    let path = directory.join(STATE);
    let text = std::fs::read(&path)
        .map_err(|error| refuse(format!("{} cannot be read: {error}", path.display())))?;
    serde_json::from_slice(&text)
        .map_err(|error| refuse(format!("{} is broken: {error}", path.display())).into())
}
