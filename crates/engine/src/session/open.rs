//! Opening: the machine is chosen, the network made, weights loaded, loaders looked at.

use std::sync::Arc;

use classifier_spec::{Fault, Ledger, OpenReport, Plan, Position, Precision};

use super::{Course, NO_SUMS, Session, Sources, Window};
use crate::batch::{BatchSource, Normalization};
use crate::control::Control;
use crate::device::Machine;
use crate::ema::Ema;
use crate::error::{Error, Result};
use crate::loss::Loss;
use crate::network::Network;
use crate::normalize::Normalize;
use crate::optimizer::{Optimizer, Scaler};

impl Session {
    /// Opens over these sources; without any it can only predict.
    pub fn open_with(
        plan: &Plan,
        sources: Sources,
        control: Arc<Control>,
    ) -> std::result::Result<(Self, OpenReport), Fault> {
        Ok(Self::make(plan, sources, control)?)
    }

    fn make(plan: &Plan, sources: Sources, control: Arc<Control>) -> Result<(Self, OpenReport)> {
        check(plan)?;
        let machine = Machine::choose(&plan.machine, plan.train_loader.num_workers)?;
        let mut notes = machine.notes.clone();
        let network = Network::new(&plan.model, &machine, plan.seed, true)?;
        if let Some(weights) = &plan.model.weights {
            notes.extend(crate::weights::load_initial(weights, &network)?);
            network.refresh_shadows()?;
        }
        let loss = Loss::new(&plan.train.loss, plan.model.num_classes, machine.device)?;
        let optimizer = Optimizer::new(&plan.train.optimizer, &network)?;
        let ema = plan.train.ema.as_ref().map(|spec| Ema::new(spec, &network.masters)).transpose()?;
        let scaler = match machine.precision {
            Precision::Fp16Mixed => Some(Scaler::new(machine.device)?),
            _ => None,
        };
        let numbers = sources.all().next().map_or(Normalization::IMAGENET, BatchSource::normalization);
        let normalize = Normalize::new(&numbers, machine.device, machine.compute_kind(), machine.format)?;
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
            input_hw: sources.all().next().map_or([0, 0], BatchSource::input_hw),
            mean: numbers.mean,
            std: numbers.std,
            notes,
        };
        let session = Self {
            plan: plan.clone(),
            network,
            loss,
            optimizer,
            ema,
            scaler,
            sources,
            numbers,
            normalize,
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
            machine,
        };
        Ok((session, report))
    }
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
