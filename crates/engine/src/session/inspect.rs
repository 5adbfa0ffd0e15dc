//! What a run is at this moment: position, hashes, memory.

use classifier_spec::{Fault, InspectReport};
use tch::{Device, Tensor};

use super::Session;
use crate::checkpoint::{NamedBytes, weights_sha256};
use crate::error::Result;
use crate::torch;

impl Session {
    pub fn inspect(&self) -> std::result::Result<InspectReport, Fault> {
        Ok(self.look()?)
    }

    fn look(&self) -> Result<InspectReport> {
        let ema_sha256 = match &self.ema {
            Some(ema) => Some(weights_sha256(&self.named(&ema.tensors)?)),
            None => None,
        };
        let peak_device_mb = match self.machine.device {
            Device::Cuda(index) => Some(torch::peak_device_bytes(index as u32)? as f64 / 1e6),
            _ => None,
        };
        Ok(InspectReport {
            position: self.progress.position,
            weights_sha256: weights_sha256(&self.named(&self.network.masters)?),
            ema_sha256,
            ledger: self.ledger(),
            peak_rss_mb: peak_rss_mb(),
            peak_device_mb,
        })
    }

    /// Tensors by id with their names, as bytes.
    pub(super) fn named(&self, tensors: &[Tensor]) -> Result<Vec<NamedBytes>> {
        let entries = &self.network.entries;
        entries
            .iter()
            .zip(tensors)
            .map(|(entry, tensor)| NamedBytes::of(entry.name.clone(), tensor))
            .collect()
    }
}

/// Highest resident set of the process so far, in 10^6 bytes.
fn peak_rss_mb() -> f64 {
    // SAFETY: a plain struct that the call fills.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    usage.ru_maxrss as f64 * unit / 1e6
}
