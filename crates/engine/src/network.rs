//! A model with its tensors: the fp32 masters, and the working set that a pass reads.

use classifier_onnx::{OnnxError, Value};
use classifier_spec::{ModelSpec, ParameterInfo};
use tch::{Device, Kind, Tensor};

use crate::blueprint::{Entry, Id, Role};
use crate::device::Machine;
use crate::error::Result;
use crate::export::Emission;
use crate::layer::{Folded, Pass};
use crate::model::{self, Model, Stage};
use crate::torch::{self, Format};

/// How a pass runs, apart from its tensors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PassMode {
    pub train: bool,
    pub track: bool,
    pub dropout_seed: u64,
}

impl PassMode {
    pub(crate) const EVALUATE: Self = Self { train: false, track: false, dropout_seed: 0 };
}

/// What passes in evaluation mode share as long as the weights stand still.
#[derive(Debug)]
pub(crate) struct Inference {
    tensors: Vec<Tensor>,
    folded: Option<Folded>,
}

pub(crate) struct Network {
    pub entries: Vec<Entry>,
    model: Box<dyn Model>,
    format: Format,
    compute: Kind,
    own_kernels: bool,
    /// fp32 (counters: i64), by id; the truth that is saved.
    pub masters: Vec<Tensor>,
    /// What a training pass reads, by id: the master itself, or its shadow in the pass's precision.
    pub working: Vec<Tensor>,
    /// Parameters that train, in order.
    pub trainable: Vec<Id>,
    counters: Vec<Id>,
}

impl Network {
    /// With the initial values of the seed.
    pub(crate) fn new(spec: &ModelSpec, machine: &Machine, seed: u64, own_kernels: bool) -> Result<Self> {
        let (model, blueprint) = model::build(spec)?;
        let entries = blueprint.entries;
        // A file of weights fills all but the last layer, or is refused: their draws would be for nothing.
        let head = format!("{}.", model.head());
        let drawn = |entry: &Entry| spec.weights.is_none() || entry.name.starts_with(&head);
        let masters = entries
            .iter()
            .map(|entry| initial(entry, machine, drawn(entry).then_some(seed)))
            .collect::<Result<Vec<_>>>()?;
        let trainable: Vec<Id> =
            (0..entries.len()).filter(|&id| entries[id].role.is_parameter() && !entries[id].frozen).collect();
        let counters = (0..entries.len())
            .filter(|&id| entries[id].role == Role::Counter && !entries[id].frozen)
            .collect();
        let compute = machine.compute_kind();
        let working = working_set(&entries, &masters, compute)?;
        for &id in &trainable {
            let _ = working[id].f_set_requires_grad(true)?;
        }
        Ok(Self {
            entries,
            model,
            format: machine.format,
            compute,
            own_kernels,
            masters,
            working,
            trainable,
            counters,
        })
    }

    /// Logits [N, classes] in the precision of the tensors, of normalised images [N, 3, H, W].
    pub(crate) fn forward(&self, tensors: &[Tensor], images_nchw: &Tensor, mode: PassMode) -> Result<Tensor> {
        self.model.forward(&self.pass(tensors, mode), images_nchw)
    }

    /// Prepares passes in evaluation mode over these fp32 tensors, by id, in `kind`. Where they change, it has to be made anew.
    pub(crate) fn inference(&self, tensors: Vec<Tensor>, kind: Kind) -> Result<Inference> {
        let working = working_set(&self.entries, &tensors, kind)?;
        let folded = self.runs_own_kernels().then(|| Folded::new(tensors, kind));
        Ok(Inference { tensors: working, folded })
    }

    /// As [`Self::forward`] in evaluation mode. On a CPU each core takes its share of the images through the whole network: they
    /// wait for one another once, not in every layer, and what one has made lies in its own cache.
    pub(crate) fn infer(&self, inference: &Inference, images_nchw: &Tensor) -> Result<Tensor> {
        let images = images_nchw.size()[0];
        let pass = self.pass(&inference.tensors, PassMode::EVALUATE);
        let Some(folded) = &inference.folded else { return self.model.forward(&pass, images_nchw) };
        folded.expect_images(images);
        let pass = Pass { folded: Some(folded), ..pass };
        let parts = i64::from(tch::get_num_threads()).min(images);
        if parts < 2 || images_nchw.device() != Device::Cpu {
            return self.model.forward(&pass, images_nchw);
        }
        let part = |part: i64| {
            let (from, to) = (part * images / parts, (part + 1) * images / parts);
            self.model.forward(&pass, &images_nchw.f_narrow(0, from, to - from)?)
        };
        // SAFETY: a pass in evaluation mode reads its tensors; `Folded` locks what it makes.
        let logits_nk = unsafe { torch::side_by_side(parts as usize, &part)? };
        Ok(Tensor::f_cat(&logits_nk, 0)?)
    }

    fn runs_own_kernels(&self) -> bool {
        self.own_kernels && self.format == Format::ChannelsLast
    }

    fn pass<'a>(&self, tensors: &'a [Tensor], mode: PassMode) -> Pass<'a> {
        Pass {
            tensors,
            train: mode.train,
            track: mode.track,
            dropout_seed: mode.dropout_seed,
            own_kernels: self.runs_own_kernels(),
            folded: None,
        }
    }

    /// Where the network can be cut, in the order of the pass.
    pub(crate) fn stages(&self) -> &'static [Stage] {
        self.model.stages()
    }

    /// The pass in evaluation mode up to the end of a stage: [N, C, H / stride, W / stride].
    pub(crate) fn features(&self, tensors: &[Tensor], images_nchw: &Tensor, stage: usize) -> Result<Tensor> {
        self.model.features(&self.pass(tensors, PassMode::EVALUATE), images_nchw, stage)
    }

    /// The rest of that pass, by ops that gradients go through.
    pub(crate) fn logits(&self, tensors: &[Tensor], features_nchw: &Tensor, stage: usize) -> Result<Tensor> {
        let pass = Pass { own_kernels: false, ..self.pass(tensors, PassMode::EVALUATE) };
        self.model.logits(&pass, features_nchw, stage)
    }

    /// The forward pass in evaluation mode, written to ONNX.
    pub(crate) fn emit(
        &self,
        emission: &mut Emission<'_>,
        images_nchw: &Value,
    ) -> std::result::Result<Value, OnnxError> {
        self.model.emit(emission, images_nchw)
    }

    /// Counts a training batch in every norm that follows it.
    pub(crate) fn count_batch(&self) -> Result<()> {
        let counters: Vec<&Tensor> = self.counters.iter().map(|&id| &self.masters[id]).collect();
        if counters.is_empty() { Ok(()) } else { torch::count_up(&counters) }
    }

    pub(crate) fn is_shadowed(&self, id: Id) -> bool {
        is_shadowed(&self.entries[id], self.compute)
    }

    /// Ids whose working tensor is a shadow of another kind.
    pub(crate) fn shadowed(&self) -> impl Iterator<Item = Id> + '_ {
        (0..self.entries.len()).filter(|&id| is_shadowed(&self.entries[id], self.compute))
    }

    /// Shadows ← masters.
    pub(crate) fn refresh_shadows(&self) -> Result<()> {
        let ids: Vec<Id> = self.shadowed().collect();
        let shadows: Vec<Tensor> =
            ids.iter().map(|&id| self.working[id].f_detach()).collect::<std::result::Result<_, _>>()?;
        let shadows: Vec<&Tensor> = shadows.iter().collect();
        let masters: Vec<&Tensor> = ids.iter().map(|&id| &self.masters[id]).collect();
        if ids.is_empty() { Ok(()) } else { torch::copy_all(&shadows, &masters) }
    }

    pub(crate) fn head(&self) -> &'static str {
        self.model.head()
    }

    pub(crate) fn parameter_info(&self) -> Vec<ParameterInfo> {
        self.entries
            .iter()
            .filter(|entry| entry.role.is_parameter())
            .map(|entry| ParameterInfo {
                name: entry.name.clone(),
                shape: entry.shape.iter().map(|&side| side as u32).collect(),
                trainable: !entry.frozen,
            })
            .collect()
    }
}

fn is_shadowed(entry: &Entry, compute: Kind) -> bool {
    compute != Kind::Float && entry.role.follows_precision()
}

fn working_set(entries: &[Entry], tensors: &[Tensor], compute: Kind) -> Result<Vec<Tensor>> {
    entries
        .iter()
        .zip(tensors)
        .map(|(entry, tensor)| {
            if is_shadowed(entry, compute) {
                torch::clone_as(tensor, compute)
            } else {
                // Its own handle, so that asking for gradients marks this one alone.
                Ok(tensor.f_detach()?)
            }
        })
        .collect()
}

/// Zeros without a seed.
fn initial(entry: &Entry, machine: &Machine, seed: Option<u64>) -> Result<Tensor> {
    if entry.role == Role::Counter {
        return Ok(Tensor::f_zeros(entry.shape.as_slice(), (Kind::Int64, machine.device))?);
    }
    let flat = match seed {
        Some(seed) => {
            let values = entry.init.values(seed, &entry.name, entry.numel());
            Tensor::f_from_slice(&values)?.f_view(entry.shape.as_slice())?
        }
        None => Tensor::f_zeros(entry.shape.as_slice(), (Kind::Float, tch::Device::Cpu))?,
    };
    let placed = flat.f_to(machine.device)?;
    if entry.shape.len() == 4 { torch::in_format(&placed, machine.format) } else { Ok(placed) }
}
