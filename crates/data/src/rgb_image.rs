//! Decoded pixels.

use std::fmt;

/// An 8-bit RGB image, rows from the top, three bytes a pixel, without padding.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RgbImage {
    pub width: usize,
    pub height: usize,
    /// `height · width · 3` bytes.
    pub pixels_hwc: Vec<u8>,
}

impl RgbImage {
    /// A black image.
    pub fn black(width: usize, height: usize) -> Self {
        Self { width, height, pixels_hwc: vec![0; width * height * 3] }
    }

    /// Takes `pixels_hwc` as they are; panics when their number does not fit.
    pub fn new(width: usize, height: usize, pixels_hwc: Vec<u8>) -> Self {
        assert_eq!(pixels_hwc.len(), width * height * 3, "pixels of a {width}x{height} image");
        Self { width, height, pixels_hwc }
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels_hwc[y * self.width * 3..(y + 1) * self.width * 3]
    }

    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.pixels_hwc[at], self.pixels_hwc[at + 1], self.pixels_hwc[at + 2]]
    }
}

/// Pixels that someone else owns.
#[derive(Clone, Copy)]
pub struct RgbView<'a> {
    pub width: usize,
    pub height: usize,
    /// `height · width · 3` bytes.
    pub pixels_hwc: &'a [u8],
}

impl<'a> RgbView<'a> {
    /// Pixels of an image of that size; panics when their number does not fit.
    pub fn new(width: usize, height: usize, pixels_hwc: &'a [u8]) -> Self {
        assert_eq!(pixels_hwc.len(), width * height * 3, "pixels of a {width}x{height} image");
        Self { width, height, pixels_hwc }
    }

    pub fn row(&self, y: usize) -> &'a [u8] {
        &self.pixels_hwc[y * self.width * 3..(y + 1) * self.width * 3]
    }
}

impl RgbImage {
    pub fn view(&self) -> RgbView<'_> {
        RgbView { width: self.width, height: self.height, pixels_hwc: &self.pixels_hwc }
    }
}

impl fmt::Debug for RgbImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RgbImage({}x{})", self.width, self.height)
    }
}
