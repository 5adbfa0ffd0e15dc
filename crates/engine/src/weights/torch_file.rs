//! PyTorch's files: the zip of today and the older sequence of pickles.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::ops::Range;
use std::path::Path;

use classifier_spec::Fault;
use memmap2::Mmap;
use tch::{Kind, Tensor};

use super::pickle::{Node, Pickled, Ref, StoredTensor, unpickle};
use super::source::{WeightSource, tensor_of};
use super::zip;
use crate::checkpoint::refuse;
use crate::error::Result;

/// Low eight bytes of the number that an older file begins with.
const LEGACY_MAGIC: i64 = 0xa86a_20f9_469c_fc6c_u64 as i64;
/// Where training scripts put the weights among other things.
const NESTED: [&str; 4] = ["state_dict", "model_state_dict", "model", "net"];

pub(super) struct TorchFile {
    path: String,
    map: Mmap,
    /// Where each storage's bytes are.
    storages: HashMap<String, Range<usize>>,
    tensors: BTreeMap<String, StoredTensor>,
}

impl TorchFile {
    pub(super) fn open(path: &Path) -> std::result::Result<Self, Fault> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| refuse(format!("{shown} cannot be opened: {error}")))?;
        // SAFETY: as for safetensors: the map is read only.
        let map = unsafe { Mmap::map(&file) }
            .map_err(|error| refuse(format!("{shown} cannot be read: {error}")))?;
        let read = if map.starts_with(b"PK") { read_zip(&map) } else { read_legacy(&map) };
        let (pickled, storages) = read.map_err(|why| {
            refuse(format!("{shown} is no file of PyTorch weights that can be used: {why}"))
                .hint("Save only the weights: torch.save(model.state_dict(), path), or use safetensors.")
        })?;
        let tensors = state_dict(&pickled);
        if tensors.is_empty() {
            return Err(refuse(format!("{shown} holds no table of tensors (a state_dict)")));
        }
        Ok(Self { path: shown, map, storages, tensors })
    }

    fn view(&self, name: &str, tensor: &StoredTensor) -> Result<Tensor> {
        let broken = || refuse(format!("{}: the tensor \"{name}\" lies outside its storage", self.path));
        let range = self.storages.get(&tensor.key).ok_or_else(broken)?.clone();
        let width = tensor.kind.elt_size_in_bytes();
        let elements = (range.len() / width) as i64;
        let last = tensor
            .shape
            .iter()
            .zip(&tensor.stride)
            .try_fold(tensor.offset, |place, (&side, &stride)| {
                place.checked_add((side - 1).max(0).checked_mul(stride)?)
            })
            .ok_or_else(broken)?;
        let empty = tensor.shape.contains(&0);
        if !empty && last >= elements {
            return Err(broken().into());
        }
        let bytes = &self.map[range.start..range.start + elements as usize * width];
        let storage = tensor_of(bytes, &[elements], tensor.kind)?;
        Ok(storage.f_as_strided(tensor.shape.as_slice(), tensor.stride.as_slice(), tensor.offset)?)
    }
}

impl WeightSource for TorchFile {
    fn path(&self) -> String {
        self.path.clone()
    }

    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<i64>> {
        self.tensors.get(name).map(|tensor| tensor.shape.clone())
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        let tensor =
            self.tensors.get(name).ok_or_else(|| refuse(format!("{} lacks \"{name}\"", self.path)))?;
        self.view(name, tensor)
    }
}

type Read = (Pickled, HashMap<String, Range<usize>>);

fn read_zip(bytes: &[u8]) -> std::result::Result<Read, String> {
    let members = zip::members(bytes)?;
    if let Some(order) = members.get("byteorder")
        && bytes[order.clone()] != *b"little"
    {
        return Err("its numbers are big-endian".to_owned());
    }
    let data = members
        .get("data.pkl")
        .ok_or("it has no data.pkl (a TorchScript archive holds code, not weights)")?;
    let pickled = unpickle(&bytes[data.clone()])?;
    let storages = members
        .iter()
        .filter_map(|(name, range)| Some((name.strip_prefix("data/")?.to_owned(), range.clone())))
        .collect();
    Ok((pickled, storages))
}

/// Magic, protocol, system, values, the storages' keys; then of each key a count and the elements.
fn read_legacy(bytes: &[u8]) -> std::result::Result<Read, String> {
    let magic = unpickle(bytes).map_err(|_| "it is neither a zip nor a pickle of tensors".to_owned())?;
    if magic.nodes[magic.root] != Node::Int(LEGACY_MAGIC) {
        return Err("it does not begin as files of torch.save do".to_owned());
    }
    let mut at = magic.length;
    for _ in ["protocol", "system"] {
        at += unpickle(&bytes[at..])?.length;
    }
    let pickled = unpickle(&bytes[at..])?;
    at += pickled.length;
    let keys = unpickle(&bytes[at..])?;
    at += keys.length;
    let Node::List(keys_list) = &keys.nodes[keys.root] else {
        return Err("its list of storages is missing".to_owned());
    };
    let kinds: HashMap<&str, Kind> = pickled
        .nodes
        .iter()
        .filter_map(|node| match node {
            Node::Storage { kind, key } => Some((key.as_str(), *kind)),
            _ => None,
        })
        .collect();
    let mut storages = HashMap::new();
    for &place in keys_list {
        let Node::Text(key) = &keys.nodes[place] else { return Err("a storage's key is no text".to_owned()) };
        let kind = kinds.get(key.as_str()).ok_or("a storage is not described")?;
        let count = bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        let length = count
            .and_then(|count| usize::try_from(count).ok()?.checked_mul(kind.elt_size_in_bytes()))
            .and_then(|length| (at + 8).checked_add(length))
            .filter(|&end| end <= bytes.len())
            .ok_or("it was cut short")?;
        storages.insert(key.clone(), at + 8..length);
        at = length;
    }
    Ok((pickled, storages))
}

/// The table with the most tensors among the root and its usual places.
fn state_dict(pickled: &Pickled) -> BTreeMap<String, StoredTensor> {
    let tensors = |table: Ref| -> BTreeMap<String, StoredTensor> {
        pickled
            .entries(table)
            .into_iter()
            .filter_map(|(name, value)| match &pickled.nodes[value] {
                Node::Tensor(tensor) => Some((name.to_owned(), tensor.clone())),
                _ => None,
            })
            .collect()
    };
    let nested = pickled.entries(pickled.root).into_iter().filter(|(name, _)| NESTED.contains(name));
    nested
        .map(|(_, table)| tensors(table))
        .chain([tensors(pickled.root)])
        .max_by_key(BTreeMap::len)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> std::result::Result<TorchFile, Fault> {
        TorchFile::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/weights").join(name))
    }

    fn values(file: &TorchFile, name: &str) -> Vec<f64> {
        let tensor = file.tensor(name).expect(name).to_kind(Kind::Double).contiguous();
        Vec::try_from(tensor.flatten(0, -1)).expect("numbers")
    }

    #[test]
    fn both_layouts_give_every_kind_of_tensor() {
        for name in ["zip.pth", "legacy.pth"] {
            let file = fixture(name).expect(name);
            assert_eq!(file.names().len(), 9, "{name}");
            assert_eq!(file.shape("turned"), Some(vec![4, 3]));
            assert_eq!(values(&file, "matrix"), (0..12).map(f64::from).collect::<Vec<_>>());
            assert_eq!(values(&file, "turned")[..4], [0.0, 4.0, 8.0, 1.0]);
            assert_eq!(values(&file, "part"), [6.0, 7.0, 10.0, 11.0]);
            assert_eq!(values(&file, "half"), [1.5, -2.0]);
            assert_eq!(values(&file, "bf16"), [3.0, 0.5]);
            assert_eq!(values(&file, "double"), [2.25]);
            assert_eq!(values(&file, "parameter"), [1.0, 1.0]);
            assert_eq!(values(&file, "counter"), [7.0]);
            assert_eq!(values(&file, "empty"), Vec::<f64>::new());
        }
    }

    #[test]
    fn a_lightning_checkpoint_gives_its_state_dict() {
        let file = fixture("lightning.ckpt").expect("a checkpoint");
        assert_eq!(values(&file, "model.half"), [1.5, -2.0]);
        assert_eq!(file.names().len(), 9);
    }

    #[test]
    fn code_is_refused_and_named() {
        let fault = fixture("code.pth").err().expect("refused");
        assert!(fault.message.contains("code.pth") && fault.message.contains(".system"), "{}", fault.message);
    }

    #[test]
    fn torn_files_are_refused() {
        for name in ["zip.pth", "legacy.pth"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/weights").join(name);
            let bytes = std::fs::read(path).expect("a fixture");
            let folder = tempfile::tempdir().expect("a temporary folder");
            for length in (0..bytes.len()).step_by(97) {
                let torn = folder.path().join("torn.pth");
                std::fs::write(&torn, &bytes[..length]).expect("written");
                let refused = match TorchFile::open(&torn) {
                    Err(fault) => fault.message.contains("torn.pth"),
                    Ok(file) => file.names().iter().any(|name| file.tensor(name).is_err()),
                };
                assert!(refused, "{name} cut to {length} bytes");
            }
        }
    }
}
