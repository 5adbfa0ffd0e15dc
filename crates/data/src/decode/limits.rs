//! What is refused before memory is asked for.

use super::DecodeError;

/// Bounds on an image's own claims about its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_pixels: u64,
    /// Of width and of height.
    pub max_side: u64,
}

impl Default for Limits {
    /// 100 megapixels, 16,384 px a side.
    fn default() -> Self {
        Self { max_pixels: 100_000_000, max_side: 16_384 }
    }
}

impl Limits {
    /// Accepts a size, or says which bound it breaks.
    pub fn check(&self, width: u64, height: u64) -> Result<(), DecodeError> {
        if width == 0 || height == 0 {
            return Err(DecodeError::broken(format!("the header says {width}x{height} pixels")));
        }
        if width > self.max_side || height > self.max_side {
            let text = format!("{width}x{height} pixels: a side may have {} at most", self.max_side);
            return Err(DecodeError::Limit(text));
        }
        if width * height > self.max_pixels {
            let text =
                format!("{width}x{height} pixels: {} megapixels are the limit", self.max_pixels / 1_000_000);
            return Err(DecodeError::Limit(text));
        }
        Ok(())
    }
}
