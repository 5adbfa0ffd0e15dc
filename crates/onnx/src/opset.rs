use std::fmt;

use crate::OnnxError;

/// A version of the default operator set (`ai.onnx`) within the range that this writer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opset(u32);

impl Opset {
    pub const MIN: Self = Self(13);
    pub const MAX: Self = Self(21);
    pub const DEFAULT: Self = Self(17);

    pub fn new(version: u32) -> Result<Self, OnnxError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&version) {
            Ok(Self(version))
        } else {
            Err(OnnxError::OpsetOutOfRange { opset: version })
        }
    }

    pub fn version(self) -> u32 {
        self.0
    }

    /// The IR version of the ONNX release that brought the opset (`docs/Versioning.md` of the ONNX project), so that every
    /// runtime which knows the opset reads the file.
    pub fn ir_version(self) -> i64 {
        match self.0 {
            ..=14 => 7,
            15..=18 => 8,
            19..=20 => 9,
            _ => 10,
        }
    }
}

impl Default for Opset {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Opset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_named_in_the_error() {
        for version in [0, 12, 22, u32::MAX] {
            let message = Opset::new(version).unwrap_err().to_string();
            assert!(
                message.contains(&format!("opset {version} ")) && message.contains("13 to 21"),
                "{message}"
            );
        }
        assert_eq!((13..=21).filter(|version| Opset::new(*version).is_ok()).count(), 9);
    }

    #[test]
    fn ir_version_is_that_of_the_release() {
        let of = |version| Opset::new(version).unwrap().ir_version();
        let found: Vec<i64> = (13..=21).map(of).collect();
        assert_eq!(found, [7, 7, 8, 8, 8, 8, 9, 9, 10]);
    }
}
