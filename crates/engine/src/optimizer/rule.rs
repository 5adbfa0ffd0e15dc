//! AdamW and SGD, equal to torch's, by libtorch's fused passes.

use classifier_spec::{OptimizerRule, OptimizerSpec};
use tch::{Kind, Tensor};

use super::groups::{Group, groups};
use crate::blueprint::Id;
use crate::error::{Error, Result};
use crate::network::Network;
use crate::torch::{self, AdamwNumbers, SgdNumbers};

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
}

impl Optimizer {
    pub(crate) fn new(spec: &OptimizerSpec, network: &Network) -> Result<Self> {
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

    /// Steps taken so far; waits for the device.
    pub(crate) fn steps_taken(&self) -> Result<u64> {
        Ok(self.steps.f_double_value(&[])? as u64)
    }

    pub(crate) fn set_steps_taken(&mut self, steps: u64) -> Result<()> {
        let _ = self.steps.f_fill_(steps as f64)?;
        self.fresh = steps == 0;
        Ok(())
    }
}
