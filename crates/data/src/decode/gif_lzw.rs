//! GIF's LZW, with the tolerance of Pillow's decoder.

use super::DecodeError;

/// Where the indices go: a rectangle of an image of one byte a pixel.
pub struct Target<'a> {
    pub pixels: &'a mut [u8],
    pub stride: usize,
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

const TABLE: usize = 4096;
/// Pillow reads the file in pieces of this size, and gives up at an end code when no further piece is there.
const PIECE: usize = 65_536;

/// Decodes the blocks of `data` until the rectangle is full; anything left over is not looked at.
pub fn decode(data: &[u8], bits: u8, interlaced: bool, target: &mut Target) -> Result<(), DecodeError> {
    if bits > 12 {
        return Err(DecodeError::broken(format!("GIF symbols of {bits} bits")));
    }
    let mut symbols =
        Symbols { data, at: 0, block: 0, buffer: 0, count: 0, available: PIECE.min(data.len()) };
    let mut cursor =
        Cursor { x: 0, y: 0, interlace: u8::from(interlaced), step: if interlaced { 8 } else { 1 } };
    let clear = 1usize << bits;
    let mut links = vec![0u16; TABLE];
    let mut tails = vec![0u8; TABLE];
    let mut text = Vec::with_capacity(TABLE);
    let (mut next, mut size, mut last_code, mut first_byte) = (clear + 2, u32::from(bits) + 1, 0usize, 0u8);
    let mut fresh = true;
    loop {
        let code = symbols.next(size)?;
        if code == clear {
            if !fresh {
                (next, size, fresh) = (clear + 2, u32::from(bits) + 1, true);
            }
            continue;
        }
        if code == clear + 1 {
            symbols.next_piece()?;
            continue;
        }
        text.clear();
        if fresh {
            if code > clear {
                return Err(broken());
            }
            (first_byte, last_code, fresh) = (code as u8, code, false);
            text.push(first_byte);
        } else {
            if code > next {
                return Err(broken());
            }
            let mut at = code;
            if code == next {
                text.push(first_byte);
                at = last_code;
            }
            while at >= clear {
                if text.len() >= TABLE || at >= TABLE {
                    return Err(broken());
                }
                text.push(tails[at]);
                at = usize::from(links[at]);
            }
            first_byte = at as u8;
            if next < TABLE {
                tails[next] = first_byte;
                links[next] = last_code as u16;
                if next == (1 << size) - 1 && size < 12 {
                    size += 1;
                }
                next += 1;
            }
            last_code = code;
            text.push(first_byte);
        }
        if cursor.y >= target.height {
            return Err(broken());
        }
        for value in text.iter().rev() {
            target.pixels[(target.top + cursor.y) * target.stride + target.left + cursor.x] = *value;
            if cursor.advance(target.width, target.height) {
                return Ok(());
            }
        }
    }
}

fn broken() -> DecodeError {
    DecodeError::broken("the GIF's compressed data makes no sense")
}

struct Cursor {
    x: usize,
    y: usize,
    /// The pass of an interlaced image, 0 for its last one and for others.
    interlace: u8,
    step: usize,
}

impl Cursor {
    /// To the next pixel; true behind the last one.
    fn advance(&mut self, width: usize, height: usize) -> bool {
        self.x += 1;
        if self.x < width {
            return false;
        }
        self.x = 0;
        self.y += self.step;
        while self.y >= height {
            (self.y, self.step, self.interlace) = match self.interlace {
                1 => (4, self.step, 2),
                2 => (2, 4, 3),
                3 => (1, 2, 0),
                _ => return true,
            };
        }
        false
    }
}

/// Symbols out of length-prefixed blocks.
struct Symbols<'a> {
    data: &'a [u8],
    at: usize,
    /// Bytes left of the current block.
    block: usize,
    buffer: u32,
    count: u32,
    /// How far the file was read.
    available: usize,
}

impl Symbols<'_> {
    fn next(&mut self, size: u32) -> Result<usize, DecodeError> {
        while self.count < size {
            if self.block > 0 {
                self.buffer |= u32::from(self.data[self.at]) << self.count;
                self.count += 8;
                self.at += 1;
                self.block -= 1;
                continue;
            }
            // A block is begun only when all of it is there.
            while self.at >= self.available || self.at + usize::from(self.data[self.at]) >= self.available {
                self.next_piece()?;
            }
            self.block = usize::from(self.data[self.at]);
            self.at += 1;
        }
        let symbol = self.buffer & ((1 << size) - 1);
        self.buffer >>= size;
        self.count -= size;
        Ok(symbol as usize)
    }

    fn next_piece(&mut self) -> Result<(), DecodeError> {
        if self.available >= self.data.len() {
            return Err(DecodeError::Truncated("GIF"));
        }
        self.available = (self.available + PIECE).min(self.data.len());
        Ok(())
    }
}
