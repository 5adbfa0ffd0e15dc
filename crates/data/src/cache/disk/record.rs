//! What the cache file says about one sample.

use crate::checksum::sum;

pub const RECORD_BYTES: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Where the pixels begin in the file.
    pub offset: u64,
    pub width: u32,
    pub height: u32,
    /// Size and time of the source file.
    pub source: (u64, i64),
    pub pixel_sum: u64,
}

impl Record {
    /// Bytes of the pixels.
    pub fn bytes(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height) * 3
    }

    /// `None` for one that was never or not wholly written.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u64::from_le_bytes(bytes.get(at * 8..at * 8 + 8)?.try_into().ok()?));
        let sides = word(1)?;
        let record = Self {
            offset: word(0)?,
            width: sides as u32,
            height: (sides >> 32) as u32,
            source: (word(2)?, word(3)? as i64),
            pixel_sum: word(4)?,
        };
        (record.offset != 0 && word(5)? == sum(&bytes[..40])).then_some(record)
    }

    pub fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        let sides = u64::from(self.width) | u64::from(self.height) << 32;
        let words = [self.offset, sides, self.source.0, self.source.1 as u64, self.pixel_sum];
        for (target, word) in bytes.chunks_exact_mut(8).zip(words) {
            target.copy_from_slice(&word.to_le_bytes());
        }
        let own = sum(&bytes[..40]);
        bytes[40..48].copy_from_slice(&own.to_le_bytes());
        bytes
    }
}
