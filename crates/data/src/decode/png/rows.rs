//! Compressed data to unfiltered rows.

use flate2::{Decompress, FlushDecompress, Status};

use super::unfilter::unfilter;
use crate::decode::DecodeError;

/// First column and row, and steps between columns and rows, of the passes of an interlaced image.
const PASSES: [(usize, usize, usize, usize); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
const WHOLE: (usize, usize, usize, usize) = (0, 0, 1, 1);

/// Where a row's pixels go.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub x: usize,
    pub y: usize,
    pub step: usize,
    pub pixels: usize,
}

pub struct Rows {
    inflate: Decompress,
    width: usize,
    height: usize,
    bits: usize,
    interlaced: bool,
    pass: usize,
    y: usize,
    /// The filter's number and the row's bytes.
    row: Vec<u8>,
    previous: Vec<u8>,
    /// Bytes of `row` that are there.
    filled: usize,
}

impl Rows {
    /// `bits` a pixel.
    pub fn new(width: usize, height: usize, bits: u32, interlaced: bool) -> Self {
        let length = 1 + (width * bits as usize).div_ceil(8);
        Self {
            inflate: Decompress::new(true),
            width,
            height,
            bits: bits as usize,
            interlaced,
            pass: 0,
            y: 0,
            row: vec![0; length],
            previous: vec![0; length],
            filled: 0,
        }
    }

    fn geometry(&self) -> (usize, usize, usize, usize) {
        if self.interlaced { PASSES[self.pass] } else { WHOLE }
    }

    /// Pixels of a row of the current pass.
    fn pixels(&self) -> usize {
        let (first, _, step, _) = self.geometry();
        (self.width + step - 1).saturating_sub(first) / step
    }

    /// Unpacks a piece of data and calls `put` with each row that is complete. True when no further row is wanted: all
    /// are there, or the compressed data ends with a row (the rest then stays as it is).
    pub fn feed(&mut self, mut data: &[u8], mut put: impl FnMut(Place, &[u8])) -> Result<bool, DecodeError> {
        while !data.is_empty() {
            let length = 1 + (self.pixels() * self.bits).div_ceil(8);
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let target = &mut self.row[self.filled..length];
            let status = self.inflate.decompress(data, target, FlushDecompress::None);
            let status =
                status.map_err(|error| DecodeError::Broken(format!("compressed PNG data: {error}")))?;
            data = &data[(self.inflate.total_in() - before_in) as usize..];
            self.filled += (self.inflate.total_out() - before_out) as usize;
            if status == Status::BufError {
                return Err(DecodeError::broken("the compressed PNG data does not go on"));
            }
            if self.filled < length {
                return Ok(false);
            }
            self.filled = 0;
            if !unfilter(&mut self.row[..length], &self.previous[..length], self.bits.div_ceil(8)) {
                return Err(DecodeError::broken("an unknown PNG filter"));
            }
            let (x, _, step, row_step) = self.geometry();
            put(Place { x, y: self.y, step, pixels: self.pixels() }, &self.row[1..length]);
            self.y += row_step;
            let mut new_pass = false;
            while self.interlaced && self.pass < 7 && (self.y >= self.height || self.pixels() == 0) {
                self.pass += 1;
                new_pass = true;
                if self.pass < 7 {
                    self.y = PASSES[self.pass].1;
                }
            }
            if status == Status::StreamEnd || self.pass == 7 || (!self.interlaced && self.y >= self.height) {
                return Ok(true);
            }
            if new_pass {
                self.row.fill(0);
            }
            std::mem::swap(&mut self.row, &mut self.previous);
        }
        Ok(false)
    }
}
