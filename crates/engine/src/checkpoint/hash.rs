//! Hashes of weights and files.

use sha2::{Digest, Sha256};

use super::NamedBytes;

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 over the tensors in name order. Of each: its name, a zero byte, its kind as safetensors calls it (`F32`), a
/// zero byte, its shape as `[64,3,7,7]`, a zero byte, its elements in row-major order, little-endian.
pub(crate) fn weights_sha256(tensors: &[NamedBytes]) -> String {
    let mut order: Vec<&NamedBytes> = tensors.iter().collect();
    order.sort_by(|a, b| a.name.cmp(&b.name));
    let mut hash = Sha256::new();
    for tensor in order {
        let sides: Vec<String> = tensor.shape.iter().map(i64::to_string).collect();
        hash.update(tensor.name.as_bytes());
        hash.update([0]);
        hash.update(tensor.kind.as_bytes());
        hash.update([0]);
        hash.update(format!("[{}]", sides.join(",")).as_bytes());
        hash.update([0]);
        hash.update(&tensor.bytes);
    }
    hex(&hash.finalize())
}
