//! The members of a tar file: ustar, with the long names of GNU and of POSIX.

use std::io::{self, BufRead, Seek};

const BLOCK: u64 = 512;
/// Longer names and side files are nonsense.
const MAX_TEXT: u64 = 1 << 20;

/// A file in an archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    pub name: Vec<u8>,
    /// Where its bytes begin.
    pub offset: u64,
    pub size: u64,
}

/// Reads an archive's members one after another; what is between them is passed over.
pub struct Members<R> {
    reader: R,
    /// Where the reader stands.
    at: u64,
    length: u64,
}

impl<R: BufRead + Seek> Members<R> {
    pub fn new(reader: R, length: u64) -> Self {
        Self { reader, at: 0, length }
    }

    /// The next regular file; `None` at the archive's end.
    pub fn next(&mut self) -> io::Result<Option<Member>> {
        let mut long_name = None;
        loop {
            if self.at + BLOCK > self.length {
                return Ok(None);
            }
            let mut header = [0; BLOCK as usize];
            self.reader.read_exact(&mut header)?;
            self.at += BLOCK;
            if header.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            let size = check(&header).then(|| number(&header[124..136])).flatten();
            let size =
                size.ok_or_else(|| damaged(format!("no header of a tar file at {}", self.at - BLOCK)))?;
            let offset = self.at;
            if offset + size > self.length {
                return Err(damaged(format!("it ends within the file that begins at {offset}")));
            }
            let kind = header[156];
            if kind == b'L' || kind == b'x' {
                let text = self.text(size)?;
                long_name = if kind == b'L' {
                    Some(text.into_iter().take_while(|byte| *byte != 0).collect())
                } else {
                    pax_path(&text).or(long_name)
                };
            }
            self.seek_to(offset + size.next_multiple_of(BLOCK))?;
            if matches!(kind, b'0' | 0 | b'7') {
                let name = long_name.take().unwrap_or_else(|| short_name(&header));
                return Ok(Some(Member { name, offset, size }));
            }
            if kind != b'L' && kind != b'x' {
                long_name = None;
            }
        }
    }

    /// The bytes of a small member that was just read.
    pub fn content(&mut self, member: &Member) -> io::Result<Vec<u8>> {
        let after = self.at;
        self.seek_to(member.offset)?;
        let text = self.text(member.size)?;
        self.seek_to(after)?;
        Ok(text)
    }

    fn text(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > MAX_TEXT {
            return Err(damaged(format!("{size} bytes of text at {}", self.at)));
        }
        let mut text = vec![0; size as usize];
        self.reader.read_exact(&mut text)?;
        self.at += size;
        Ok(text)
    }

    fn seek_to(&mut self, target: u64) -> io::Result<()> {
        self.reader.seek_relative(target as i64 - self.at as i64)?;
        self.at = target;
        Ok(())
    }
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Whether the header's sum is right, its own field counted as spaces.
fn check(header: &[u8; BLOCK as usize]) -> bool {
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(place, byte)| u64::from(if (148..156).contains(&place) { b' ' } else { *byte }))
        .sum();
    number(&header[148..156]) == Some(sum)
}

/// Octal digits, or GNU's big-endian form of large numbers.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field[1..].split_at(field.len() - 9);
        return high
            .iter()
            .all(|byte| *byte == 0)
            .then(|| low.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(if text.is_empty() { "0" } else { text }, 8).ok()
}

fn short_name(header: &[u8; BLOCK as usize]) -> Vec<u8> {
    let text = |field: &[u8]| field.iter().copied().take_while(|byte| *byte != 0).collect::<Vec<u8>>();
    let name = text(&header[..100]);
    let prefix = if header[257..263] == *b"ustar\0" { text(&header[345..500]) } else { Vec::new() };
    if prefix.is_empty() { name } else { [prefix, vec![b'/'], name].concat() }
}

/// `path` of a POSIX record list: `LENGTH key=value\n`.
fn pax_path(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut found = None;
    while let Some(space) = text.iter().position(|byte| *byte == b' ') {
        let length: usize = std::str::from_utf8(&text[..space]).ok()?.parse().ok()?;
        let record = text.get(space + 1..length.checked_sub(1)?)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            found = Some(path.to_vec());
        }
        text = text.get(length..)?;
    }
    found
}
