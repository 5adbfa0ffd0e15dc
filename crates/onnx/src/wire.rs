//! Protobuf's wire format (protobuf.dev/programming-guides/encoding): as much as writing needs.

use std::io::{self, Write};

/// Blocks from this size on are referred to, smaller ones are copied.
const BORROW_FROM: usize = 256;

/// A message under construction: its own bytes and references to large blocks, so that nesting copies no tensor.
#[derive(Debug, Default)]
pub(crate) struct Message<'m> {
    pieces: Vec<Piece<'m>>,
    len: u64,
}

#[derive(Debug)]
enum Piece<'m> {
    Owned(Vec<u8>),
    Borrowed(&'m [u8]),
}

impl Piece<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Borrowed(bytes) => bytes,
        }
    }
}

impl<'m> Message<'m> {
    /// Bytes on the wire.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.pieces.iter().try_for_each(|piece| out.write_all(piece.as_slice()))
    }

    /// `uint32`, `uint64`, enum.
    pub fn uint(&mut self, field: u32, value: u64) {
        self.tag(field, 0);
        self.varint(value);
    }

    /// `int32`, `int64`: a negative one takes ten bytes.
    pub fn int(&mut self, field: u32, value: i64) {
        self.uint(field, value.cast_unsigned());
    }

    pub fn float(&mut self, field: u32, value: f32) {
        self.tag(field, 5);
        self.raw(&value.to_le_bytes());
    }

    pub fn string(&mut self, field: u32, value: &str) {
        self.tag(field, 2);
        self.varint(value.len() as u64);
        self.raw(value.as_bytes());
    }

    pub fn bytes(&mut self, field: u32, value: &'m [u8]) {
        self.tag(field, 2);
        self.varint(value.len() as u64);
        if value.len() < BORROW_FROM {
            self.raw(value);
        } else {
            self.pieces.push(Piece::Borrowed(value));
            self.len += value.len() as u64;
        }
    }

    pub fn message(&mut self, field: u32, value: Message<'m>) {
        self.tag(field, 2);
        self.varint(value.len);
        for piece in value.pieces {
            match piece {
                Piece::Owned(bytes) => self.raw(&bytes),
                Piece::Borrowed(bytes) => {
                    self.len += bytes.len() as u64;
                    self.pieces.push(Piece::Borrowed(bytes));
                }
            }
        }
    }

    fn tag(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        let mut bytes = [0u8; 10];
        let mut count = 0;
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            bytes[count] = if value == 0 { low } else { low | 0x80 };
            count += 1;
            if value == 0 {
                break;
            }
        }
        self.raw(&bytes[..count]);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        match self.pieces.last_mut() {
            Some(Piece::Owned(tail)) => tail.extend_from_slice(bytes),
            _ => self.pieces.push(Piece::Owned(bytes.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(message: &Message) -> Vec<u8> {
        let mut out = Vec::new();
        message.write_to(&mut out).unwrap();
        assert_eq!(out.len() as u64, message.len());
        out
    }

    /// The worked examples of the protobuf encoding guide.
    #[test]
    fn encoding_guide_examples() {
        let mut message = Message::default();
        message.uint(1, 150);
        assert_eq!(encoded(&message), [0x08, 0x96, 0x01]);

        let mut text = Message::default();
        text.string(2, "testing");
        assert_eq!(encoded(&text), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);

        let mut outer = Message::default();
        outer.message(3, message);
        assert_eq!(encoded(&outer), [0x1a, 0x03, 0x08, 0x96, 0x01]);

        let mut negative = Message::default();
        negative.int(1, -2);
        assert_eq!(encoded(&negative), [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }

    #[test]
    fn fields_from_16_on_take_two_tag_bytes() {
        let mut message = Message::default();
        message.uint(20, 7);
        message.float(2, -1.5);
        message.uint(1, 0);
        message.uint(1, u64::MAX);
        let max = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let head = [0xa0, 0x01, 0x07, 0x15, 0x00, 0x00, 0xc0, 0xbf, 0x08, 0x00];
        assert_eq!(encoded(&message), [&head[..], &max[..]].concat());
    }

    #[test]
    fn large_blocks_are_referred_to_through_every_nesting() {
        let block = vec![7u8; 100_000];
        let mut inner = Message::default();
        inner.string(8, "w");
        inner.bytes(9, &block);
        inner.uint(2, 1);
        let mut outer = Message::default();
        outer.message(5, inner);
        assert!(
            outer
                .pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Borrowed(bytes) if bytes.as_ptr() == block.as_ptr()))
        );
        let out = encoded(&outer);
        // 3 bytes "w", 1 + 3 before the block, 2 after it.
        let inner_len = 3 + 4 + 100_000 + 2;
        assert_eq!(
            &out[..4],
            [
                0x2a,
                (inner_len & 0x7f | 0x80) as u8,
                (inner_len >> 7 & 0x7f | 0x80) as u8,
                (inner_len >> 14) as u8
            ]
        );
        assert_eq!(out.len(), 4 + inner_len);
        assert_eq!(&out[out.len() - 3..], [7, 0x10, 0x01]);
    }
}
