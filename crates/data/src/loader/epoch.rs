//! Which samples an epoch shows, where.

use std::{collections::HashMap, ops::Range};

use crate::{Draw, Stream};

/// Marks the streams of replacements for images that cannot be used.
const REPLACEMENT: u64 = 0x0072_6570_6c61_6365;

/// The order of one epoch.
pub struct Epoch {
    seed: u64,
    number: u32,
    order: Vec<u32>,
    /// How often a place's sample was shown before, for the places where it was.
    repeats: HashMap<u32, u32>,
    batch_size: usize,
    batches: usize,
}

impl Epoch {
    /// Before the first start.
    pub fn none() -> Self {
        Self { seed: 0, number: 0, order: Vec::new(), repeats: HashMap::new(), batch_size: 0, batches: 0 }
    }

    pub fn new(seed: u64, number: u32, order: Vec<u32>, batch_size: usize, batches: usize) -> Self {
        let highest = order.iter().max().map_or(0, |sample| *sample as usize + 1);
        let mut shown = vec![0u32; highest];
        let mut repeats = HashMap::new();
        for (place, sample) in order.iter().enumerate() {
            let times = &mut shown[*sample as usize];
            if *times > 0 {
                repeats.insert(place as u32, *times);
            }
            *times += 1;
        }
        Self { seed, number, order, repeats, batch_size, batches }
    }

    pub fn is_none(&self) -> bool {
        self.batch_size == 0
    }

    pub fn batches(&self) -> usize {
        self.batches
    }

    /// The places of a batch in the order.
    pub fn places(&self, batch: usize) -> Range<usize> {
        let start = batch * self.batch_size;
        start..(start + self.batch_size).min(self.order.len())
    }

    pub fn draw(&self, place: usize) -> Draw {
        Draw {
            seed: self.seed,
            epoch: self.number,
            sample: self.order[place],
            repeat: self.repeats.get(&(place as u32)).copied().unwrap_or(0),
        }
    }

    /// Whom to show at a place whose own sample cannot be used, at the `attempt`th try.
    pub fn replacement(&self, place: usize, attempt: u64, samples: usize) -> Draw {
        let key = [self.seed, u64::from(self.number), place as u64, attempt, REPLACEMENT];
        let sample = Stream::new(&key).below(samples as u64) as u32;
        // Apart from the sample's own showing.
        Draw { seed: self.seed, epoch: self.number, sample, repeat: 0x8000_0000 | place as u32 }
    }
}
