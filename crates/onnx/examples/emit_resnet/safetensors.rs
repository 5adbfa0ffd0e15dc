//! The safetensors format (github.com/huggingface/safetensors): a JSON header, then the tensors' bytes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use classifier_onnx::{WeightSource, WeightView};

/// The f32 tensors of a file, held in memory.
pub struct Safetensors {
    bytes: Vec<u8>,
    tensors: HashMap<String, (Vec<u64>, Range<usize>)>,
}

impl Safetensors {
    pub fn read(path: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let bytes = std::fs::read(path)?;
        let head = bytes.first_chunk::<8>().ok_or("no safetensors header")?;
        let start = 8 + usize::try_from(u64::from_le_bytes(*head))?;
        let header: serde_json::Value = serde_json::from_slice(bytes.get(8..start).ok_or("a short file")?)?;
        let mut tensors = HashMap::new();
        for (name, entry) in header.as_object().ok_or("the header is no object")? {
            if entry["dtype"] != "F32" {
                continue;
            }
            let shape: Vec<u64> = serde_json::from_value(entry["shape"].clone())?;
            let [from, to]: [usize; 2] = serde_json::from_value(entry["data_offsets"].clone())?;
            let range = start + from..start + to;
            bytes.get(range.clone()).ok_or_else(|| format!("{name} lies beyond the file"))?;
            tensors.insert(name.clone(), (shape, range));
        }
        Ok(Self { bytes, tensors })
    }
}

impl WeightSource for Safetensors {
    fn tensor(&self, name: &str) -> Option<WeightView<'_>> {
        let (shape, range) = self.tensors.get(name)?;
        Some(WeightView { shape: shape.clone(), bytes: Cow::Borrowed(&self.bytes[range.clone()]) })
    }
}
