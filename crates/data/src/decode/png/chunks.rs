//! The walk over a PNG's chunks, with Pillow's checks.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::decode::DecodeError;

/// Compressed text and profiles may not grow beyond this.
const MAX_TEXT: usize = 1 << 20;
/// Pillow hands compressed data on in pieces of this size.
const PIECE: usize = 65_536;

/// What is known before the pixels.
#[derive(Debug, Clone, Default)]
pub struct Header {
    pub width: u32,
    pub height: u32,
    pub depth: u8,
    pub color: u8,
    pub interlaced: bool,
    pub palette: Vec<u8>,
    /// Left, top, width and height of the first frame: all of the image, but for some APNGs.
    pub frame: (u32, u32, u32, u32),
}

pub struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    header: Header,
    has_mode: bool,
    frame_known: bool,
    /// Frames that an APNG announces.
    frames: Option<u32>,
    /// The last sequence number of an APNG's chunks.
    sequence: Option<u32>,
    /// Bytes left of the image data chunk that is being read.
    data_left: usize,
    /// A default image stands before the frames.
    default_image: bool,
}

#[derive(PartialEq, Eq)]
enum Handled {
    Done,
    /// Image data begins at the reader's place.
    ImageData,
    End,
}

impl<'a> Chunks<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 8,
            header: Header::default(),
            has_mode: false,
            frame_known: false,
            frames: None,
            sequence: None,
            data_left: 0,
            default_image: false,
        }
    }

    /// Reads up to the first image data.
    pub fn read_header(&mut self) -> Result<Header, DecodeError> {
        loop {
            let (name, length) = self.next_chunk()?.ok_or(DecodeError::Truncated("PNG"))?;
            let start = self.at;
            match self.handle(name, length)? {
                Handled::Done => self.check_crc(start - 4, self.at)?,
                Handled::ImageData => break,
                Handled::End => return Err(DecodeError::broken("a PNG without image data")),
            }
        }
        if !self.has_mode && self.header.width == 0 {
            return Err(DecodeError::broken("a PNG without header"));
        }
        if !self.frame_known {
            self.header.frame = (0, 0, self.header.width, self.header.height);
            self.default_image = self.frames.is_some();
        }
        Ok(self.header.clone())
    }

    /// The next piece of compressed image data; `None` at its end.
    pub fn next_block(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        while self.data_left == 0 {
            self.at += 4;
            let Some((name, length)) = self.next_chunk()? else { return Ok(None) };
            match &name {
                b"IDAT" | b"DDAT" => self.data_left = length,
                b"fdAT" => {
                    self.handle(name, length)?;
                }
                _ => return Ok(None),
            }
        }
        let end = (self.at + self.data_left.min(PIECE)).min(self.bytes.len());
        let block = &self.bytes[self.at.min(end)..end];
        if block.is_empty() {
            return Ok(None);
        }
        self.at = end;
        self.data_left -= block.len();
        Ok(Some(block))
    }

    /// Reads what follows the pixels: damage there is a refusal too.
    pub fn read_end(&mut self) -> Result<(), DecodeError> {
        self.at += self.data_left;
        let animated = self.frames.is_some_and(|frames| frames + u32::from(self.default_image) > 1);
        loop {
            self.at += 4;
            // A broken or missing chunk header ends the file.
            let Ok(Some((name, length))) = self.next_chunk() else { return Ok(()) };
            if &name == b"IEND" || (&name == b"fcTL" && animated) {
                return Ok(());
            }
            if self.handle(name, length)? == Handled::ImageData {
                self.take(self.data_left)?;
            }
        }
    }

    /// Name and length of the next chunk; `None` at the end of the file, an error where it is no chunk.
    fn next_chunk(&mut self) -> Result<Option<([u8; 4], usize)>, DecodeError> {
        let start = self.at.min(self.bytes.len());
        let head = &self.bytes[start..(start + 8).min(self.bytes.len())];
        self.at = start + head.len();
        let &[l0, l1, l2, l3, ref name @ ..] = head else { return Ok(None) };
        let name: [u8; 4] = name.try_into().map_err(|_| DecodeError::Truncated("PNG"))?;
        if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return Err(DecodeError::broken("a PNG chunk with an impossible name"));
        }
        Ok(Some((name, u32::from_be_bytes([l0, l1, l2, l3]) as usize)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let data =
            self.bytes.get(self.at..self.at.saturating_add(length)).ok_or(DecodeError::Truncated("PNG"))?;
        self.at += length;
        Ok(data)
    }

    /// Checks and passes the sum behind a chunk whose name and data lie at `start..end`.
    fn check_crc(&mut self, start: usize, end: usize) -> Result<(), DecodeError> {
        let stored = self.take(4)?;
        let mut crc = Crc::new();
        crc.update(&self.bytes[start..end]);
        if stored == crc.sum().to_be_bytes() {
            Ok(())
        } else {
            Err(DecodeError::broken("a PNG chunk with a wrong checksum"))
        }
    }

    fn handle(&mut self, name: [u8; 4], length: usize) -> Result<Handled, DecodeError> {
        if &name == b"IDAT" {
            self.data_left = length;
            return Ok(Handled::ImageData);
        }
        if &name == b"IEND" {
            return Ok(Handled::End);
        }
        if &name == b"fdAT" {
            if length < 4 {
                return Err(DecodeError::broken("a truncated APNG frame"));
            }
            let sequence = self.u32_of(4)?;
            if self.sequence.is_none() || self.sequence != sequence.checked_sub(1) {
                return Err(DecodeError::broken("the APNG's frames are out of sequence"));
            }
            self.sequence = Some(sequence);
            self.data_left = length - 4;
            return Ok(Handled::ImageData);
        }
        let data = self.take(length)?;
        let too_short = |least: usize| {
            if data.len() < least {
                Err(DecodeError::broken("a PNG chunk that is too short"))
            } else {
                Ok(())
            }
        };
        match &name {
            b"IHDR" => {
                too_short(13)?;
                self.read_ihdr(data)?;
            }
            b"PLTE" if self.has_mode && self.header.color == 3 => self.header.palette = data.to_vec(),
            b"tRNS" if self.has_mode => match self.header.color {
                0 => too_short(2)?,
                2 => too_short(6)?,
                _ => {}
            },
            b"gAMA" => too_short(4)?,
            b"cHRM" => too_short(32)?,
            b"sRGB" => too_short(1)?,
            b"pHYs" => too_short(9)?,
            b"iCCP" => {
                let profile = &data[data.iter().position(|byte| *byte == 0).map_or(0, |zero| zero + 1)..];
                check_compressed(profile)?;
            }
            b"zTXt" => {
                if let Some(zero) = data.iter().position(|byte| *byte == 0)
                    && zero + 1 < data.len()
                {
                    check_compressed(&data[zero + 1..])?;
                }
            }
            b"iTXt" => check_international_text(data)?,
            b"acTL" => {
                too_short(8)?;
                let frames = u32::from_be_bytes([data[0], data[1], data[2], data[3]]);
                let usable = self.frames.is_none() && frames != 0 && frames <= 0x8000_0000;
                self.frames = match usable {
                    true => Some(frames),
                    false if self.frames.is_some() => None,
                    false => self.frames,
                };
            }
            b"fcTL" => {
                too_short(26)?;
                self.read_fctl(data)?;
            }
            _ => {}
        }
        Ok(Handled::Done)
    }

    fn u32_of(&mut self, length: usize) -> Result<u32, DecodeError> {
        let data = self.take(length)?;
        Ok(u32::from_be_bytes([data[0], data[1], data[2], data[3]]))
    }

    fn read_ihdr(&mut self, data: &[u8]) -> Result<(), DecodeError> {
        self.header.width = u32::from_be_bytes([data[0], data[1], data[2], data[3]]);
        self.header.height = u32::from_be_bytes([data[4], data[5], data[6], data[7]]);
        let known = matches!(
            (data[8], data[9]),
            (1 | 2 | 4 | 8 | 16, 0) | (8 | 16, 2) | (1 | 2 | 4 | 8, 3) | (8 | 16, 4) | (8 | 16, 6)
        );
        if known || !self.has_mode {
            (self.header.depth, self.header.color) = (data[8], data[9]);
            self.has_mode = known;
        }
        if data[12] != 0 {
            self.header.interlaced = true;
        }
        if data[11] != 0 {
            return Err(DecodeError::broken("an unknown PNG filter method"));
        }
        Ok(())
    }

    fn read_fctl(&mut self, data: &[u8]) -> Result<(), DecodeError> {
        let number = |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        let sequence = number(0);
        if self.sequence.map_or(sequence != 0, |last| last.checked_add(1) != Some(sequence)) {
            return Err(DecodeError::broken("the APNG's frames are out of sequence"));
        }
        self.sequence = Some(sequence);
        let (width, height, left, top) = (number(4), number(8), number(12), number(16));
        let inside =
            |start: u32, length: u32, most: u32| u64::from(start) + u64::from(length) <= u64::from(most);
        if !inside(left, width, self.header.width) || !inside(top, height, self.header.height) {
            return Err(DecodeError::broken("an APNG frame beyond the image"));
        }
        self.header.frame = (left, top, width, height);
        self.frame_known = true;
        Ok(())
    }
}

/// A method byte (only 0 is known) and compressed data, which may be damaged but not be a bomb.
fn check_compressed(data: &[u8]) -> Result<(), DecodeError> {
    match data.split_first() {
        Some((0, compressed)) => check_size(compressed),
        _ => Err(DecodeError::broken("an unknown PNG compression method")),
    }
}

fn check_size(compressed: &[u8]) -> Result<(), DecodeError> {
    let mut inflate = Decompress::new(true);
    let mut out = vec![0; MAX_TEXT];
    match inflate.decompress(compressed, &mut out, FlushDecompress::None) {
        Ok(Status::Ok | Status::BufError)
            if inflate.total_out() as usize == MAX_TEXT
                && (inflate.total_in() as usize) < compressed.len() =>
        {
            Err(DecodeError::Limit("a PNG text chunk that unpacks to more than 1 MB".into()))
        }
        _ => Ok(()),
    }
}

fn check_international_text(data: &[u8]) -> Result<(), DecodeError> {
    let Some(zero) = data.iter().position(|byte| *byte == 0) else { return Ok(()) };
    let &[flag, method, ref rest @ ..] = &data[zero + 1..] else { return Ok(()) };
    let mut parts = rest.splitn(3, |byte| *byte == 0);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(_), Some(text)) if flag != 0 && method == 0 => check_size(text),
        _ => Ok(()),
    }
}
