//! The training engine: all that touches libtorch.
//!
//! A [`Session`] owns every tensor and lives on one thread. Other threads hold its [`Control`].
#![deny(unsafe_op_in_unsafe_fn)]

mod batch;
mod blueprint;
mod checkpoint;
mod control;
mod device;
mod ema;
mod error;
mod export;
mod injection;
mod layer;
mod loader_source;
mod loss;
mod metric;
mod mix;
mod model;
mod network;
mod normalize;
mod optimizer;
mod process;
mod profile;
mod random;
mod schedule;
mod session;
mod synthetic;
mod torch;
mod weights;

pub use batch::{BatchSource, DecodeSeconds, Normalization};
pub use control::Control;
pub use device::cpu_has_bf16;
pub use injection::arm as arm_injection;
pub use process::{configure_process, cuda_available, libtorch_version_ok};
pub use profile::{start_profile, stop_profile};
pub use session::{SaveDone, Session, Snapshot, Sources};
pub use synthetic::Synthetic;
