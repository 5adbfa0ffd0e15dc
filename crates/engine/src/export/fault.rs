use std::path::Path;

use classifier_onnx::OnnxError;
use classifier_spec::{Fault, FaultKind};

/// Why the file could not be made, as the user should hear it.
pub(crate) fn onnx_fault(path: &Path, error: &OnnxError) -> Fault {
    let at = |kind, message: String| Fault::new(kind, format!("{}: {message}", path.display()));
    let message = error.to_string();
    match error {
        OnnxError::OpsetOutOfRange { .. } => Fault::new(FaultKind::Config, message)
            .hint("Leave opset out, or choose one that your runtime knows within this range."),
        OnnxError::Preprocessing { .. } => Fault::new(FaultKind::Config, message)
            .hint("Leave the image model out, or change the validation transforms."),
        OnnxError::DuplicateMetadata { .. } => Fault::new(FaultKind::Config, message),
        OnnxError::Fold { .. } => at(FaultKind::Checkpoint, message).hint(
            "The weights are broken, most likely by a run that diverged: export an earlier checkpoint.",
        ),
        OnnxError::TooLarge { .. } => at(FaultKind::Checkpoint, message),
        OnnxError::Write(_) => at(FaultKind::Checkpoint, message).hint(
            "Check that the folder can be written and has room; the file that was there stays as it was.",
        ),
        _ => at(FaultKind::Bug, message),
    }
}
