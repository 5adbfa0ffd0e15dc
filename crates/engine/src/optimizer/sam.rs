//! Sharpness-aware minimisation (Foret et al. 2021; adaptive: Kwon et al. 2021).

use classifier_spec::SamSpec;
use tch::{Kind, Tensor};

use crate::error::Result;
use crate::network::Network;
use crate::torch;

/// The weights before they were moved.
pub(crate) struct Climb(Vec<Tensor>);

impl Climb {
    /// Moves the trainable weights by ρ · g / ‖g‖ (adaptive: ρ · w²g / ‖w·g‖), uphill. `grads` are used up; a common
    /// factor of theirs does not matter.
    pub(crate) fn up(spec: &SamSpec, network: &Network, grads: Vec<Tensor>) -> Result<Self> {
        let masters: Vec<Tensor> = network
            .trainable
            .iter()
            .map(|&id| network.masters[id].f_detach())
            .collect::<std::result::Result<_, _>>()?;
        let before =
            masters.iter().map(|master| torch::clone_as(master, Kind::Float)).collect::<Result<Vec<_>>>()?;
        let copies = |list: &[Tensor]| -> Result<Vec<Tensor>> {
            list.iter().map(|tensor| torch::clone_as(tensor, Kind::Float)).collect()
        };
        let (norm, climb) = if spec.adaptive {
            let weighted = copies(&grads)?;
            torch::multiply(&weighted, &masters)?;
            let climb = copies(&masters)?;
            torch::multiply(&climb, &masters)?;
            torch::multiply(&climb, &grads)?;
            (torch::total_norm(&weighted)?, climb)
        } else {
            (torch::total_norm(&grads)?, grads)
        };
        let factor = norm.f_add_scalar(1e-12)?.f_reciprocal()?.f_mul_scalar(spec.rho)?;
        torch::scale_by(&climb, &factor)?;
        torch::add(&masters, &climb, 1.0)?;
        network.refresh_shadows()?;
        Ok(Self(before))
    }

    /// Puts the weights back, bit for bit. The shadows follow with the optimizer's step.
    pub(crate) fn down(self, network: &Network) -> Result<()> {
        let masters: Vec<&Tensor> = network.trainable.iter().map(|&id| &network.masters[id]).collect();
        torch::copy_all(&masters, &self.0.iter().collect::<Vec<_>>())
    }
}
