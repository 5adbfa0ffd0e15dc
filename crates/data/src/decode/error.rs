//! Why a file is not an image that can be used.

use std::path::Path;

use classifier_spec::{Fault, FaultKind};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("cannot be read: {0}")]
    Io(String),
    /// Not an image, or of a format that is not on the list.
    #[error("{0}")]
    Format(String),
    /// The data ends before the image does.
    #[error("the {0} data is truncated")]
    Truncated(&'static str),
    #[error("the image is damaged: {0}")]
    Broken(String),
    /// Valid, but of a kind that is not supported (as in Pillow).
    #[error("not supported: {0}")]
    Unsupported(String),
    #[error("too large: {0}")]
    Limit(String),
}

impl DecodeError {
    pub fn broken(text: impl Into<String>) -> Self {
        Self::Broken(text.into())
    }

    pub fn unsupported(text: impl Into<String>) -> Self {
        Self::Unsupported(text.into())
    }

    /// The failure as a user sees it, with the file's name.
    pub fn fault(&self, path: &Path) -> Fault {
        let hint = match self {
            Self::Io(_) => "Check that the file exists and may be read.",
            Self::Format(_) => {
                "Convert it to JPEG, PNG, WebP, BMP, GIF or TIFF, or remove it from the data set."
            }
            Self::Limit(_) => "Scale the image down, or remove it from the data set.",
            _ => "Replace or remove the file; of the train split, data.on_error=skip leaves it out.",
        };
        Fault::new(FaultKind::Data, format!("{}: {self}", path.display()))
            .hint(hint)
            .details(serde_json::json!({ "path": path.to_string_lossy(), "reason": self.to_string() }))
    }
}
