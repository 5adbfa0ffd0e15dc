//! The engine's inner error: a fault already told, or libtorch's message.

use classifier_spec::{Fault, FaultKind, without_stack};
use tch::TchError;

pub(crate) type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub(crate) enum Error {
    Fault(Box<Fault>),
    /// What libtorch said.
    Torch(String),
}

impl Error {
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Bug, message).into()
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Config, message).into()
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl From<TchError> for Error {
    fn from(error: TchError) -> Self {
        Self::Torch(error.to_string())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(fault) => *fault,
            Error::Torch(message) => fault_of(&message),
        }
    }
}

/// Whether libtorch says that the device, a library on it or the system has no memory left.
pub(crate) fn is_out_of_memory(message: &str) -> bool {
    let lower = message.to_lowercase();
    [
        "out of memory",
        "can't allocate memory",
        "not enough memory",
        "cublas_status_alloc_failed",
        "cudnn_status_alloc_failed",
    ]
    .iter()
    .any(|text| lower.contains(text))
}

/// libtorch's message up to its C++ stack.
pub(crate) fn said_by_torch(message: &str) -> &str {
    without_stack(message).trim_start_matches("Internal torch error:").trim_end_matches('(').trim()
}

fn fault_of(message: &str) -> Fault {
    let short = said_by_torch(message);
    if is_out_of_memory(short) {
        return Fault::new(FaultKind::Device, format!("The device has not enough memory: {short}")).hint(
            "Lower data.batch_size, and raise trainer.accumulate_grad_batches to keep the effective batch.",
        );
    }
    Fault::new(FaultKind::Bug, format!("libtorch: {short}"))
        .hint("This is a bug; please report it with the run's log.jsonl.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_before_the_stack() {
        let fault: Fault =
            Error::Torch("sizes differ\nException raised from f at g.cpp:1 (most recent …".into()).into();
        assert_eq!(fault.message, "libtorch: sizes differ");
        assert_eq!(fault.kind, FaultKind::Bug);
        let listed = "Internal torch error: can't allocate memory: 67108864 bytes.\nframe #0: c10::f() + 0x6a\nframe #1: g()";
        assert_eq!(said_by_torch(listed), "can't allocate memory: 67108864 bytes.");
    }

    #[test]
    fn memory_is_the_machines_fault() {
        let fault: Fault = Error::Torch("CUDA out of memory. Tried to allocate 2 GiB".into()).into();
        assert_eq!(fault.kind, FaultKind::Device);
        assert!(fault.hint.is_some_and(|hint| hint.contains("data.batch_size")));
        for said in [
            "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried …",
            "MPS backend out of memory (MPS allocated: 9.05 GB, …)",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        ] {
            assert!(is_out_of_memory(said), "{said}");
        }
    }
}
