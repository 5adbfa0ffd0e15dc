//! Which device, precision and threads a session runs with.

use classifier_spec::{DeviceSpec, Fault, FaultKind, MachineSpec, Precision};
use tch::{Device, Kind};

use crate::error::Result;
use crate::torch::{self, Format};

/// What was chosen, with a line for each thing that differs from what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub device: Device,
    pub precision: Precision,
    pub format: Format,
    /// For people.
    pub title: String,
    pub notes: Vec<String>,
    pub pin_memory: bool,
}

impl Machine {
    pub(crate) fn choose(spec: &MachineSpec) -> Result<Self> {
        let device = device(spec.device)?;
        let mut notes = Vec::new();
        let precision = precision(spec.precision, device, &mut notes);
        torch::set_backend_flags(spec.deterministic, spec.benchmark && !spec.deterministic, spec.tf32)?;
        let threads = spec.threads.unwrap_or_else(team_size).max(1);
        torch::set_threads(threads)?;
        let title = match device {
            Device::Cuda(index) => format!("cuda:{index}"),
            Device::Mps => "mps".to_owned(),
            _ => format!("cpu ({threads} thread{})", if threads == 1 { "" } else { "s" }),
        };
        let format = if spec.channels_last { Format::ChannelsLast } else { Format::Contiguous };
        let pin_memory = spec.pin_memory && device.is_cuda();
        Ok(Self { device, precision, format, title, notes, pin_memory })
    }

    pub(crate) fn on_cpu(&self) -> bool {
        self.device == Device::Cpu
    }

    /// The kind in which convolutions and matrix products run.
    pub(crate) fn compute_kind(&self) -> Kind {
        match self.precision {
            Precision::Fp32 => Kind::Float,
            Precision::Bf16Mixed => Kind::BFloat16,
            Precision::Fp16Mixed => Kind::Half,
        }
    }
}

/// Every core, however many decode threads there are: sums are grouped by the size of the team, so a team that followed
/// `num_workers` would give other weights. The decode threads yield to it.
fn team_size() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

fn device(spec: DeviceSpec) -> Result<Device> {
    match spec {
        DeviceSpec::Cpu => Ok(Device::Cpu),
        DeviceSpec::Auto if torch::cuda_available()? => Ok(Device::Cuda(0)),
        DeviceSpec::Auto if torch::mps_available()? => Ok(Device::Mps),
        DeviceSpec::Auto => Ok(Device::Cpu),
        DeviceSpec::Cuda { index } => {
            let count = torch::cuda_device_count()?;
            if count == 0 {
                return Err(missing(
                    "trainer.accelerator asks for a GPU, but libtorch sees none here",
                    count,
                ));
            }
            if index >= count {
                let message = format!("GPU {index} is asked for, but there are {count} here, counted from 0");
                return Err(missing(&message, count));
            }
            Ok(Device::Cuda(index as usize))
        }
        DeviceSpec::Mps if torch::mps_available()? => Ok(Device::Mps),
        DeviceSpec::Mps => {
            let message = "trainer.accelerator=mps is asked for, but this machine has no Metal device";
            Err(Fault::new(FaultKind::Device, message).hint("Set trainer.accelerator=auto or cpu.").into())
        }
    }
}

fn missing(message: &str, count: u32) -> crate::error::Error {
    Fault::new(FaultKind::Device, message)
        .hint("Check the driver (nvidia-smi) and the CUDA variant of libtorch, or set trainer.accelerator=auto or cpu.")
        .details(serde_json::json!({ "cuda_devices": count }))
        .into()
}

fn precision(asked: Precision, device: Device, notes: &mut Vec<String>) -> Precision {
    if asked != Precision::Fp16Mixed || device != Device::Cpu {
        return asked;
    }
    let chosen = if cpu_has_bf16() { Precision::Bf16Mixed } else { Precision::Fp32 };
    let name = if chosen == Precision::Bf16Mixed { "bf16-mixed" } else { "32" };
    notes.push(format!("precision 16-mixed needs a GPU; this CPU runs {name} instead"));
    chosen
}

/// Whether the CPU multiplies bf16 by itself; without it bf16 is slower than fp32.
pub fn cpu_has_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx512bf16")
    }
    #[cfg(target_arch = "aarch64")]
    {
        std::arch::is_aarch64_feature_detected!("bf16")
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        false
    }
}
