//! Loss scaling for fp16, with `torch.amp.GradScaler`'s rule and defaults.

use tch::{Device, Kind, Tensor};

use crate::error::Result;
use crate::torch;

const INITIAL: f64 = 65536.0;
const GROWTH: f64 = 2.0;
const BACKOFF: f64 = 0.5;
const INTERVAL: i64 = 2000;

pub(crate) struct Scaler {
    scale: Tensor,
    growth_tracker: Tensor,
    found_inf: Tensor,
    /// Skipped steps since the last look, on the device.
    skipped: Tensor,
}

/// What is saved of a scaler.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ScalerState {
    pub scale: f64,
    pub growth_tracker: i32,
}

impl Scaler {
    pub(crate) fn new(device: Device) -> Result<Self> {
        let scalar = |kind| Tensor::f_zeros([0i64; 0], (kind, device));
        let mut scale = scalar(Kind::Float)?;
        let _ = scale.f_fill_(INITIAL)?;
        let growth_tracker = scalar(Kind::Int)?;
        Ok(Self { scale, growth_tracker, found_inf: scalar(Kind::Float)?, skipped: scalar(Kind::Float)? })
    }

    pub(crate) fn scale_loss(&self, loss: &Tensor) -> Result<Tensor> {
        Ok(loss.f_mul(&self.scale)?)
    }

    /// Brings scaled gradients back; 1 where one is not finite.
    pub(crate) fn unscale(&mut self, grads: &[Tensor]) -> Result<&Tensor> {
        let _ = self.found_inf.f_zero_()?;
        torch::unscale(grads, &self.found_inf, &self.scale.f_reciprocal()?)?;
        Ok(&self.found_inf)
    }

    /// After the step: backs off where it was skipped, grows after `INTERVAL` good ones.
    pub(crate) fn update(&mut self) -> Result<()> {
        let _ = self.skipped.f_add_(&self.found_inf)?;
        let _ = self.scale.f_internal_amp_update_scale_(
            &self.growth_tracker,
            &self.found_inf,
            GROWTH,
            BACKOFF,
            INTERVAL,
        )?;
        Ok(())
    }

    /// Skipped steps since the last call; waits for the device.
    pub(crate) fn take_skipped(&mut self) -> Result<u64> {
        let skipped = self.skipped.f_double_value(&[])? as u64;
        let _ = self.skipped.f_zero_()?;
        Ok(skipped)
    }

    pub(crate) fn state(&self) -> Result<ScalerState> {
        let growth_tracker = self.growth_tracker.f_int64_value(&[])? as i32;
        Ok(ScalerState { scale: self.scale.f_double_value(&[])?, growth_tracker })
    }

    pub(crate) fn restore(&mut self, state: ScalerState) -> Result<()> {
        let _ = self.scale.f_fill_(state.scale)?;
        let _ = self.growth_tracker.f_fill_(i64::from(state.growth_tracker))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_and_skips_are_torchs() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/scaler/scaler.json"))
                .expect("the golden file");
        let overflows: Vec<u64> = serde_json::from_value(golden["overflows"].clone()).expect("steps");
        let mut scaler = Scaler::new(Device::Cpu).expect("a scaler");
        let (mut changes, mut skipped) = (Vec::new(), 0);
        for step in 0..golden["steps"].as_u64().expect("a number") {
            let value = if overflows.contains(&step) { f64::INFINITY } else { 1.0 };
            let before = scaler.state().expect("a state").scale;
            let grads = [Tensor::full([3], value, (Kind::Float, Device::Cpu))];
            scaler.unscale(&grads).expect("unscaled");
            scaler.update().expect("updated");
            let after = scaler.state().expect("a state").scale;
            if after != before {
                changes.push(serde_json::json!([step, after]));
            }
            skipped += scaler.take_skipped().expect("a count");
        }
        assert_eq!(serde_json::Value::Array(changes), golden["changes"]);
        assert_eq!(skipped as usize, overflows.len());
    }

    #[test]
    fn gradients_come_back_and_the_state_too() {
        let mut scaler = Scaler::new(Device::Cpu).expect("a scaler");
        scaler.restore(ScalerState { scale: 8.0, growth_tracker: 1999 }).expect("restored");
        let grads = [Tensor::from_slice(&[16f32, -4.0])];
        assert_eq!(scaler.unscale(&grads).expect("unscaled").double_value(&[]), 0.0);
        assert_eq!(Vec::<f32>::try_from(&grads[0]).expect("floats"), [2.0, -0.5]);
        scaler.update().expect("updated");
        assert_eq!(scaler.state().expect("a state"), ScalerState { scale: 16.0, growth_tracker: 0 });
    }
}
