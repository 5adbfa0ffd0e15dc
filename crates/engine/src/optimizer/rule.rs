//! AdamW and SGD, equal to torch's, by libtorch's fused passes.

use classifier_spec::{ClipAlgorithm, ClipSpec, OptimizerRule, OptimizerSpec};
use tch::{Kind, Tensor};

use super::groups::{Group, groups};
use crate::blueprint::{Id, Role};
use crate::ema::Ema;
use crate::error::{Error, Result};
use crate::network::Network;
use crate::torch::{self, AdamwNumbers, SgdNumbers, StepNumbers, StepSlot};

pub(crate) struct Optimizer {
    spec: OptimizerSpec,
    groups: Vec<Group>,
    /// Names of the state lists, as they are saved.
    pub state_names: &'static [&'static str],
    /// One list a name, one tensor a trainable parameter.
    pub state: Vec<Vec<Tensor>>,
    /// Steps taken (not skipped), as the fused passes read it: an f32 scalar on the device.
    pub steps: Tensor,
    /// No step was taken yet: SGD's momentum then starts at the gradient, undampened.
    fresh: bool,
    /// The engine's own pass is used: it counts steps here.
    own_steps: Option<u64>,
}

impl Optimizer {
    pub(crate) fn new(spec: &OptimizerSpec, network: &Network, own_kernels: bool) -> Result<Self> {
        let state_names: &[&str] = match spec.rule {
            OptimizerRule::Adamw { .. } => &["exp_avg", "exp_avg_sq"],
            OptimizerRule::Sgd { momentum, .. } if momentum != 0.0 => &["momentum_buffer"],
            OptimizerRule::Sgd { .. } => &[],
        };
        let masters = || network.trainable.iter().map(|&id| &network.masters[id]);
        let zeros = || masters().map(|master| Ok(master.f_zeros_like()?)).collect::<Result<Vec<Tensor>>>();
        let state = state_names.iter().map(|_| zeros()).collect::<Result<Vec<_>>>()?;
        let device = masters().next().map(Tensor::device).ok_or_else(|| Error::bug("no parameter trains"))?;
        Ok(Self {
            spec: spec.clone(),
            groups: groups(spec, &network.entries, &network.trainable, network.head()),
            state_names,
            state,
            steps: Tensor::f_zeros([0i64; 0], (Kind::Float, device))?,
            fresh: true,
            own_steps: own_kernels.then_some(0),
        })
    }

    /// One step at the learning rate `lr` (before the group's multiplier). `grads`: fp32, one a trainable parameter.
    /// With `found_inf` = 1 nothing changes.
    pub(crate) fn step(
        &mut self,
        network: &Network,
        grads: &[Tensor],
        lr: f64,
        found_inf: Option<&Tensor>,
    ) -> Result<()> {
        let first_step = std::mem::replace(&mut self.fresh, false);
        let _ = self.steps.f_add_scalar_(1.0)?;
        for group in &self.groups {
            let pick = |list: &'_ [Tensor]| -> Vec<Tensor> {
                group.members.iter().map(|&place| list[place].shallow_clone()).collect()
            };
            let ids: Vec<Id> = group.members.iter().map(|&place| network.trainable[place]).collect();
            let params: Vec<&Tensor> = ids.iter().map(|&id| &network.masters[id]).collect();
            let grads = pick(grads);
            let grads: Vec<&Tensor> = grads.iter().collect();
            let state: Vec<Vec<Tensor>> = self.state.iter().map(|list| pick(list)).collect();
            let state: Vec<Vec<&Tensor>> = state.iter().map(|list| list.iter().collect()).collect();
            let lr = lr * group.lr_multiplier;
            match self.spec.rule {
                OptimizerRule::Adamw { beta1, beta2, eps } => {
                    let numbers = AdamwNumbers { lr, beta1, beta2, weight_decay: group.weight_decay, eps };
                    let steps = vec![&self.steps; params.len()];
                    torch::fused_adamw(&params, &grads, [&state[0], &state[1]], &steps, numbers, found_inf)?;
                }
                OptimizerRule::Sgd { momentum, dampening, nesterov } => {
                    let weight_decay = group.weight_decay;
                    let numbers = SgdNumbers { lr, momentum, dampening, weight_decay, nesterov, first_step };
                    let buffers: &[&Tensor] = state.first().map_or(&[], Vec::as_slice);
                    torch::fused_sgd(&params, &grads, buffers, numbers, found_inf)?;
                }
            }
        }
        if let Some(found_inf) = found_inf {
            let _ = self.steps.f_sub_(found_inf)?;
        }
        Ok(())
    }

    pub(crate) fn uses_own_pass(&self) -> bool {
        self.own_steps.is_some()
    }

    /// Clip, step, average and shadows in the engine's own pass. `grads`: fp32 or bf16, multiplied by `grad_factor`
    /// first. Returns their norm before clipping by norm; where it is not finite nothing has changed.
    pub(crate) fn own_step(
        &mut self,
        network: &Network,
        grads: &[Tensor],
        grad_factor: f64,
        lr: f64,
        clip: Option<&ClipSpec>,
        ema: Option<(&Ema, f64)>,
    ) -> Result<Option<f64>> {
        let steps = self.own_steps.ok_or_else(|| Error::bug("the own pass is off"))? + 1;
        let clipped =
            |by: ClipAlgorithm| clip.filter(|spec| spec.algorithm == by).map_or(0.0, |spec| spec.value);
        let mut numbers = StepNumbers {
            rule: 0,
            beta1: 0.0,
            beta2: 0.0,
            eps: 0.0,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            first_step: self.fresh,
            step: steps as i64,
            grad_factor,
            clip_norm: clipped(ClipAlgorithm::Norm),
            clip_value: clipped(ClipAlgorithm::Value),
            ema_decay: ema.map_or(0.0, |(_, decay)| decay),
        };
        match self.spec.rule {
            OptimizerRule::Adamw { beta1, beta2, eps } => {
                numbers = StepNumbers { beta1, beta2, eps, ..numbers };
            }
            OptimizerRule::Sgd { momentum, dampening, nesterov } => {
                numbers = StepNumbers { rule: 1, momentum, dampening, nesterov, ..numbers };
            }
        }
        let slots: Vec<StepSlot> = self
            .groups
            .iter()
            .flat_map(|group| group.members.iter().map(move |&place| (group, place)))
            .map(|(group, place)| {
                let id = network.trainable[place];
                StepSlot {
                    param: &network.masters[id],
                    grad: &grads[place],
                    first: self.state.first().map(|list| &list[place]),
                    second: self.state.get(1).map(|list| &list[place]),
                    ema: ema.map(|(ema, _)| &ema.tensors[id]),
                    shadow: network.is_shadowed(id).then(|| &network.working[id]),
                    lr: lr * group.lr_multiplier,
                    weight_decay: group.weight_decay,
                }
            })
            .collect();
        let averaged = |id: &Id| {
            let entry = &network.entries[*id];
            entry.role == Role::Statistic || (entry.role.is_parameter() && entry.frozen)
        };
        let averages: Vec<(&Tensor, &Tensor)> = match ema {
            Some((ema, _)) => (0..network.entries.len())
                .filter(averaged)
                .map(|id| (&network.masters[id], &ema.tensors[id]))
                .collect(),
            None => Vec::new(),
        };
        let norm = torch::fused_step(&slots, &averages, &numbers)?;
        if norm.is_finite() {
            if let Some((ema, _)) = ema {
                ema.copy_counters(&network.entries, &network.masters)?;
            }
            self.fresh = false;
            self.own_steps = Some(steps);
        }
        Ok((numbers.clip_norm > 0.0).then_some(norm))
    }

    /// Steps taken so far; waits for the device.
    pub(crate) fn steps_taken(&self) -> Result<u64> {
        if let Some(steps) = self.own_steps {
            return Ok(steps);
        }
        Ok(self.steps.f_double_value(&[])? as u64)
    }

    pub(crate) fn set_steps_taken(&mut self, steps: u64) -> Result<()> {
        let _ = self.steps.f_fill_(steps as f64)?;
        self.fresh = steps == 0;
        self.own_steps = self.own_steps.map(|_| steps);
        Ok(())
    }
}
