use std::io::Write;

use crate::wire::Message;
use crate::{Graph, OnnxError, Opset};

/// Protobuf's limit for one message.
pub const MAX_MODEL_BYTES: u64 = i32::MAX as u64;

const PRODUCER: &str = "classifier-training";

/// A graph with its opset and metadata, ready to be written (`ModelProto`).
#[derive(Debug)]
pub struct Model<'a> {
    graph: Graph<'a>,
    opset: Opset,
    metadata: Vec<(String, String)>,
}

impl<'a> Model<'a> {
    pub fn new(graph: Graph<'a>, opset: Opset) -> Self {
        Self { graph, opset, metadata: Vec::new() }
    }

    /// Adds an entry of `metadata_props`; runtimes hand these to their user as a map of strings.
    pub fn metadata(&mut self, key: &str, value: &str) -> Result<(), OnnxError> {
        if self.metadata.iter().any(|(known, _)| known == key) {
            return Err(OnnxError::DuplicateMetadata { key: key.to_owned() });
        }
        self.metadata.push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Writes the file and answers its size in bytes; nothing is written when the model is too large.
    pub fn write_to(&self, out: &mut dyn Write) -> Result<u64, OnnxError> {
        let proto = self.encode()?;
        check_size(proto.len())?;
        proto.write_to(out)?;
        out.flush()?;
        Ok(proto.len())
    }

    fn encode(&self) -> Result<Message<'_>, OnnxError> {
        let mut proto = Message::default();
        proto.int(1, self.opset.ir_version());
        proto.string(2, PRODUCER);
        proto.string(3, env!("CARGO_PKG_VERSION"));
        proto.message(7, self.graph.encode()?);
        let mut opset = Message::default();
        opset.string(1, "");
        opset.uint(2, self.opset.version().into());
        proto.message(8, opset);
        for (key, value) in &self.metadata {
            let mut entry = Message::default();
            entry.string(1, key);
            entry.string(2, value);
            proto.message(14, entry);
        }
        Ok(proto)
    }
}

fn check_size(bytes: u64) -> Result<(), OnnxError> {
    if bytes > MAX_MODEL_BYTES { Err(OnnxError::TooLarge { bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dim, ElementType, Tensor};

    fn identity_model() -> Model<'static> {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::U8, &[Dim::named("N"), Dim::Fixed(3), Dim::Unknown]).unwrap();
        graph.output("y", &x).unwrap();
        let mut model = Model::new(graph, Opset::DEFAULT);
        model.metadata("k", "v").unwrap();
        model
    }

    /// Every byte, by hand from onnx.proto.
    #[test]
    fn smallest_model() {
        let mut out = Vec::new();
        let written = identity_model().write_to(&mut out).unwrap();
        assert_eq!(written, out.len() as u64);
        let node = b"\x0a\x01x\x12\x01y\x1a\x01y\x22\x08Identity";
        let shape = b"\x0a\x03\x12\x01N\x0a\x02\x08\x03\x0a\x00";
        let tensor = [b"\x08\x02\x12", &[shape.len() as u8][..], shape].concat();
        let info = |name: &[u8]| {
            let kind = [b"\x0a", &[tensor.len() as u8][..], &tensor].concat();
            [b"\x0a\x01", name, b"\x12", &[kind.len() as u8], &kind].concat()
        };
        let (x, y) = (info(b"x"), info(b"y"));
        let graph = [
            &[0x0a, node.len() as u8][..],
            node,
            b"\x12\x01g",
            &[0x5a, x.len() as u8],
            &x,
            &[0x62, y.len() as u8],
            &y,
        ]
        .concat();
        let version = env!("CARGO_PKG_VERSION").as_bytes();
        let expected = [
            &b"\x08\x08\x12\x13classifier-training\x1a"[..],
            &[version.len() as u8],
            version,
            &[0x3a, graph.len() as u8],
            &graph,
            b"\x42\x04\x0a\x00\x10\x11",
            b"\x72\x06\x0a\x01k\x12\x01v",
        ]
        .concat();
        assert_eq!(out, expected);
    }

    #[test]
    fn metadata_keys_are_unique() {
        let error = identity_model().metadata("k", "w").unwrap_err().to_string();
        assert_eq!(error, "metadata key \"k\" is given twice");
    }

    #[test]
    fn two_gigabytes_are_refused_before_a_byte_is_written() {
        assert!(check_size(MAX_MODEL_BYTES).is_ok());
        // One block of zero pages, referred to five times.
        let block = vec![0u8; 1 << 29];
        let mut graph = Graph::new("g");
        for index in 0..5 {
            let tensor = Tensor::new(&format!("w{index}"), ElementType::U8, &[1 << 29], &block[..]).unwrap();
            graph.initializer(tensor).unwrap();
        }
        let x = graph.input("x", ElementType::F32, &[]).unwrap();
        graph.output("y", &x).unwrap();
        let mut out = Vec::new();
        let error = Model::new(graph, Opset::DEFAULT).write_to(&mut out).unwrap_err();
        assert!(matches!(error, OnnxError::TooLarge { bytes } if bytes > 5 << 29), "{error}");
        assert!(error.to_string().contains("2 GiB"), "{error}");
        assert!(out.is_empty());
    }
}
