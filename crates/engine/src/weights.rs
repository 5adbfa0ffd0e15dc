//! Initial weights from a file or a checkpoint folder.

use std::path::Path;

use crate::checkpoint::{MODEL, TensorFile, refuse, verify};
use crate::error::Result;
use crate::network::Network;

/// Loads into the masters; returns lines for the user.
pub(crate) fn load_initial(path: &str, network: &Network) -> Result<Vec<String>> {
    let _no_grad = tch::no_grad_guard();
    let path = Path::new(path);
    let file = if path.is_dir() {
        verify(path)?;
        TensorFile::open(&path.join(MODEL))?
    } else {
        TensorFile::open(path)?
    };
    for (entry, tensor) in network.entries.iter().zip(&network.masters) {
        if file.get(&entry.name).is_none() {
            return Err(refuse(format!("{} lacks the tensor \"{}\"", file.path(), entry.name)).into());
        }
        file.read_into(&entry.name, tensor)?;
    }
    Ok(Vec::new())
}
