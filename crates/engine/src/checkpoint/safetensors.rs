//! The safetensors format: a length, a JSON header, the tensors' bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use classifier_spec::Fault;
use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::refuse;
use crate::error::Result;
use crate::torch;

/// The format's own limit.
const MAX_HEADER: u64 = 100_000_000;

/// A tensor as it is written: row-major, little-endian.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedBytes {
    pub name: String,
    /// As the format calls it: `F32`, `BF16`, `I64`, …
    pub kind: String,
    pub shape: Vec<i64>,
    pub bytes: Vec<u8>,
}

impl NamedBytes {
    pub(crate) fn of(name: impl Into<String>, tensor: &Tensor) -> Result<Self> {
        let kind = kind_name(tensor.f_kind()?).to_owned();
        Ok(Self { name: name.into(), kind, shape: tensor.size(), bytes: torch::to_bytes(tensor)? })
    }

    /// Of fp32 elements; other kinds are taken as finite.
    pub(crate) fn is_finite(&self) -> bool {
        const EXPONENT: u32 = 0x7f80_0000;
        self.kind != "F32"
            || self.bytes.as_chunks::<4>().0.chunks(4096).all(|block| {
                block.iter().fold(0, |most, element| most.max(u32::from_le_bytes(*element) & EXPONENT))
                    != EXPONENT
            })
    }
}

const KINDS: [(Kind, &str); 8] = [
    (Kind::Float, "F32"),
    (Kind::Double, "F64"),
    (Kind::Half, "F16"),
    (Kind::BFloat16, "BF16"),
    (Kind::Int64, "I64"),
    (Kind::Int, "I32"),
    (Kind::Uint8, "U8"),
    (Kind::Bool, "BOOL"),
];

fn kind_name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(k, _)| *k == kind).map_or("F32", |(_, name)| name)
}

pub(crate) fn kind_of(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, n)| *n == name).map(|(kind, _)| *kind)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Info {
    dtype: String,
    shape: Vec<i64>,
    data_offsets: [u64; 2],
}

/// The parts of a file, in order: header, then each tensor's bytes (in name order).
pub(crate) fn serialize(mut tensors: Vec<NamedBytes>) -> Vec<Vec<u8>> {
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".into(), serde_json::json!({ "format": "pt" }));
    let mut offset = 0u64;
    for tensor in &tensors {
        let end = offset + tensor.bytes.len() as u64;
        let info =
            Info { dtype: tensor.kind.clone(), shape: tensor.shape.clone(), data_offsets: [offset, end] };
        header.insert(tensor.name.clone(), serde_json::json!(info));
        offset = end;
    }
    let mut text = serde_json::Value::Object(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut head = (text.len() as u64).to_le_bytes().to_vec();
    head.extend(text);
    std::iter::once(head).chain(tensors.into_iter().map(|tensor| tensor.bytes)).collect()
}

/// An opened file: its header is checked, its bytes are mapped.
pub(crate) struct TensorFile {
    path: String,
    map: Mmap,
    start: usize,
    tensors: BTreeMap<String, Info>,
}

impl TensorFile {
    pub(crate) fn open(path: &Path) -> std::result::Result<Self, Fault> {
        let shown = path.display().to_string();
        let bad = |what: &str| refuse(format!("{shown} is not a safetensors file: {what}"));
        let file = File::open(path).map_err(|error| refuse(format!("{shown} cannot be opened: {error}")))?;
        // SAFETY: the map is read only; a file cut short by someone else while it is mapped ends the process, as it
        // would end any reader of it.
        let map = unsafe { Mmap::map(&file) }
            .map_err(|error| refuse(format!("{shown} cannot be read: {error}")))?;
        let length =
            map.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes)).ok_or_else(|| bad("too short"))?;
        if length > MAX_HEADER || 8 + length > map.len() as u64 {
            return Err(bad("its header is longer than the file"));
        }
        let start = 8 + length as usize;
        let header: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&map[8..start])
            .map_err(|error| bad(&format!("its header is broken ({error})")))?;
        let size = (map.len() - start) as u64;
        let mut tensors = BTreeMap::new();
        for (name, value) in header {
            if name == "__metadata__" {
                continue;
            }
            let info: Info = serde_json::from_value(value)
                .map_err(|error| bad(&format!("the entry of \"{name}\" is broken ({error})")))?;
            let [from, to] = info.data_offsets;
            let kind =
                kind_of(&info.dtype).ok_or_else(|| bad(&format!("\"{name}\" is of kind {}", info.dtype)))?;
            let expected = info
                .shape
                .iter()
                .try_fold(kind.elt_size_in_bytes() as u64, |product, &side| {
                    product.checked_mul(u64::try_from(side).ok()?)
                })
                .ok_or_else(|| bad(&format!("\"{name}\" has an impossible shape")))?;
            if from > to || to > size || to - from != expected {
                return Err(bad(&format!("\"{name}\" does not fit the file")));
            }
            tensors.insert(name, info);
        }
        Ok(Self { path: shown, map, start, tensors })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Kind, shape and bytes of a tensor.
    pub(crate) fn get(&self, name: &str) -> Option<(Kind, &[i64], &[u8])> {
        let info = self.tensors.get(name)?;
        let [from, to] = info.data_offsets;
        let bytes = &self.map[self.start + from as usize..self.start + to as usize];
        Some((kind_of(&info.dtype)?, &info.shape, bytes))
    }

    /// Fills `tensor`, which must have the file's kind and shape.
    pub(crate) fn read_into(&self, name: &str, tensor: &Tensor) -> Result<()> {
        let path = &self.path;
        let (kind, shape, bytes) =
            self.get(name).ok_or_else(|| refuse(format!("{path} lacks the tensor \"{name}\"")))?;
        if shape != tensor.size() {
            return Err(refuse(format!(
                "{path}: the tensor \"{name}\" has shape {shape:?}, but this run needs {:?}",
                tensor.size()
            ))
            .into());
        }
        if kind != tensor.f_kind()? {
            return Err(refuse(format!(
                "{path}: the tensor \"{name}\" is of kind {kind:?}, not {:?}",
                tensor.f_kind()?
            ))
            .into());
        }
        torch::from_bytes(tensor, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x.safetensors");
        std::fs::write(&path, bytes).expect("a small file");
        (folder, path)
    }

    #[test]
    fn comes_back_as_it_was_written() {
        let tensor = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0, 5.0, 6.0]).view([3, 2]);
        let named = NamedBytes::of("b", &tensor.transpose(0, 1)).expect("bytes");
        let (_folder, path) =
            written(&serialize(vec![named, NamedBytes::of("a", &tensor).expect("bytes")]).concat());
        let file = TensorFile::open(&path).expect("a good file");
        assert_eq!(file.names().collect::<Vec<_>>(), ["a", "b"]);
        let back = Tensor::zeros([2, 3], (Kind::Float, tch::Device::Cpu));
        file.read_into("b", &back).expect("b");
        assert_eq!(
            Vec::<f32>::try_from(back.flatten(0, -1)).expect("floats"),
            [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]
        );
        assert!(file.read_into("a", &back).is_err_and(|e| Fault::from(e).message.contains("[3, 2]")));
    }

    #[test]
    fn broken_files_are_refused() {
        for bytes in [&b"abc"[..], &[255; 16], b"\x02\0\0\0\0\0\0\0{x"] {
            let (_folder, path) = written(bytes);
            assert!(TensorFile::open(&path).is_err_and(|fault| fault.message.contains("x.safetensors")));
        }
        let header = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend([0; 7]);
        let (_folder, path) = written(&bytes);
        assert!(TensorFile::open(&path).is_err_and(|fault| fault.message.contains("does not fit")));
    }
}
