//! Opening: the machine is chosen, the network made, weights loaded, loaders looked at.

use std::sync::Arc;

use classifier_data::{Dataset, Pipeline};
use classifier_spec::{Fault, Ledger, OpenReport, Plan, Position, Precision, Split};
use tch::Kind;

use super::{Course, NO_SUMS, Session, Sources, Window};
use crate::batch::{BatchSource, Normalization};
use crate::checkpoint::Writer;
use crate::control::Control;
use crate::device::Machine;
use crate::ema::Ema;
use crate::error::{Error, Result};
use crate::loader_source::LoaderSource;
use crate::loss::Loss;
use crate::network::Network;
use crate::normalize::Normalize;
use crate::optimizer::{Optimizer, Scaler};
use crate::torch;

impl Session {
    /// Opens over a data set; without one it can only predict.
    pub fn open(
        plan: &Plan,
        dataset: Option<Arc<Dataset>>,
        control: Arc<Control>,
    ) -> std::result::Result<(Self, OpenReport), Fault> {
        check_classes(plan, dataset.as_deref())?;
        let sources = match &dataset {
            Some(dataset) => sources(plan, dataset)?,
            None => Sources::default(),
        };
        Ok(Self::make(plan, sources, dataset, control, true)?)
    }

    /// Opens over these sources.
    pub fn open_with(
        plan: &Plan,
        sources: Sources,
        control: Arc<Control>,
    ) -> std::result::Result<(Self, OpenReport), Fault> {
        Ok(Self::make(plan, sources, None, control, true)?)
    }

    /// The same on libtorch's ops alone: the oracle of the engine's own kernels.
    pub fn open_plain(
        plan: &Plan,
        sources: Sources,
        control: Arc<Control>,
    ) -> std::result::Result<(Self, OpenReport), Fault> {
        Ok(Self::make(plan, sources, None, control, false)?)
    }

    fn make(
        plan: &Plan,
        sources: Sources,
        dataset: Option<Arc<Dataset>>,
        control: Arc<Control>,
        own_kernels: bool,
    ) -> Result<(Self, OpenReport)> {
        check(plan)?;
        crate::injection::arm_from_environment()?;
        let machine = Machine::choose(&plan.machine)?;
        let own_kernels = own_kernels && machine.on_cpu();
        tracing::debug!(
            device = %machine.title,
            libtorch_kernels = %torch::cpu_capability()?,
            own_kernels = %if own_kernels { torch::kernel_name() } else { "off".into() },
            "the machine"
        );
        let mut notes = machine.notes.clone();
        let network = Network::new(&plan.model, &machine, plan.seed, own_kernels)?;
        if let Some(weights) = &plan.model.weights {
            notes.extend(crate::weights::load_initial(weights, &network)?);
            network.refresh_shadows()?;
        }
        let loss = Loss::new(&plan.train.loss, plan.model.num_classes, machine.device)?;
        let optimizer = Optimizer::new(&plan.train.optimizer, &network, own_kernels)?;
        let ema = plan.train.ema.as_ref().map(|spec| Ema::new(spec, &network.masters)).transpose()?;
        let scaler = match machine.precision {
            Precision::Fp16Mixed => Some(Scaler::new(machine.device)?),
            _ => None,
        };
        let (input_hw, numbers) = eval_input(plan, &sources)?;
        let train_numbers = sources.train.as_ref().map_or(numbers, |source| source.normalization());
        let normalize =
            |numbers, kind| Normalize::new(numbers, machine.device, kind, machine.format, own_kernels);
        let normalize_train = normalize(&train_numbers, machine.compute_kind())?;
        let normalize_eval = normalize(&numbers, Kind::Float)?;
        let count =
            |source: &Option<Box<dyn BatchSource>>| source.as_ref().map_or(0, |s| s.batches_per_epoch());
        let train_batches = count(&sources.train);
        let report = OpenReport {
            device: machine.title.clone(),
            precision: machine.precision,
            channels_last: plan.machine.channels_last,
            parameters: network.parameter_info(),
            train_batches: train_batches.into(),
            steps_per_epoch: train_batches.div_ceil(plan.train.accumulate).into(),
            val_batches: count(&sources.val).into(),
            test_batches: count(&sources.test).into(),
            input_hw,
            mean: numbers.mean,
            std: numbers.std,
            notes,
        };
        let session = Self {
            plan: plan.clone(),
            network,
            inference: None,
            loss,
            optimizer,
            ema,
            scaler,
            sources,
            dataset,
            normalize_train,
            normalize_eval,
            control,
            progress: Course {
                position: Position { epoch: 0, batch: 0, step: 0 },
                epoch_sums: NO_SUMS,
                drawn_per_class: vec![0; plan.model.num_classes as usize],
                skipped_before: Vec::new(),
                loader_at: None,
                learning_rate: 0.0,
                ema_decay: None,
            },
            window: Window::default(),
            ledger: Ledger::default(),
            writer: Writer::default(),
            machine,
        };
        Ok((session, report))
    }
}

fn sources(plan: &Plan, dataset: &Arc<Dataset>) -> std::result::Result<Sources, Fault> {
    let source = |split, spec| -> std::result::Result<Option<Box<dyn BatchSource>>, Fault> {
        Ok(LoaderSource::new(dataset, split, spec, plan.seed)?.map(|source| Box::new(source) as _))
    };
    Ok(Sources {
        train: source(Split::Train, &plan.train_loader)?,
        train_as_eval: None,
        val: source(Split::Val, &plan.eval_loader)?,
        test: source(Split::Test, &plan.eval_loader)?,
    })
}

/// Size and normalisation of what evaluation shows to the network; zeros and ImageNet's where nothing says them.
fn eval_input(plan: &Plan, sources: &Sources) -> Result<([u32; 2], Normalization)> {
    let transforms = &plan.eval_loader.transforms;
    if !transforms.is_empty() {
        let pipeline = Pipeline::plan(transforms, None)?;
        let ((height, width), (mean, std)) = (pipeline.output_hw(), pipeline.normalization());
        return Ok(([height as u32, width as u32], Normalization { mean, std }));
    }
    let source = sources.all().last();
    Ok(source.map_or(([0, 0], Normalization::IMAGENET), |source| (source.input_hw(), source.normalization())))
}

fn check_classes(plan: &Plan, dataset: Option<&Dataset>) -> Result<()> {
    if let Some(dataset) = dataset {
        let (said, found) = (plan.model.num_classes as usize, dataset.classes().len());
        if said != found {
            return Err(Error::config(format!(
                "model.num_classes is {said}, but the train split has {found} classes: leave model.num_classes out"
            )));
        }
    }
    Ok(())
}

fn check(plan: &Plan) -> Result<()> {
    if plan.train.accumulate == 0 {
        return Err(Error::config(
            "trainer.accumulate_grad_batches is 0: it counts the batches of a step, from 1",
        ));
    }
    if plan.train.optimizer.sam.is_some() && plan.train.accumulate > 1 {
        return Err(Error::config(
            "SAM needs both of its passes on one batch: set trainer.accumulate_grad_batches=1",
        ));
    }
    Ok(())
}
