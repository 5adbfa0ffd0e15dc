//! A file that is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use classifier_onnx::{Model, OnnxError};
use classifier_spec::{ExportedFile, Fault};
use sha2::{Digest, Sha256};

use super::onnx_fault;
use crate::checkpoint::hex;

/// Writes beside `path`, syncs and renames: on any failure what was there stays as it was.
pub(crate) fn write_model(model: &Model<'_>, path: &Path) -> Result<ExportedFile, Fault> {
    let temporary = beside(path);
    let written = write_and_rename(model, path, &temporary);
    if written.is_err() {
        // The failure that is reported is the write's.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error| onnx_fault(path, &error))
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp-{}", std::process::id()))
}

fn write_and_rename(model: &Model<'_>, path: &Path, temporary: &Path) -> Result<ExportedFile, OnnxError> {
    let mut out = Hashing { inner: BufWriter::new(File::create(temporary)?), hash: Sha256::new() };
    let bytes = model.write_to(&mut out)?;
    let Hashing { inner, hash } = out;
    inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    let sha256 = hex(&hash.finalize());
    fs::rename(temporary, path)?;
    Ok(ExportedFile { path: path.to_string_lossy().into_owned(), bytes, sha256 })
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use classifier_onnx::{Dim, ElementType, Graph, Opset};
    use classifier_spec::FaultKind;

    use super::*;

    fn model(outputs: bool) -> Model<'static> {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::F32, &[Dim::named("N")]).expect("an input");
        if outputs {
            graph.output("y", &x).expect("an output");
        }
        Model::new(graph, Opset::DEFAULT)
    }

    #[test]
    fn size_and_hash_are_the_files() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().join("model.onnx");
        fs::write(&path, "old").expect("written");
        let report = write_model(&model(true), &path).expect("written");
        let content = fs::read(&path).expect("read");
        assert_eq!(report.bytes, content.len() as u64);
        assert_eq!(report.sha256, hex(&Sha256::digest(&content)));
        assert_eq!(fs::read_dir(root.path()).expect("entries").count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_old_file_alone() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().join("model.onnx");
        fs::write(&path, "old").expect("written");
        let fault = write_model(&model(false), &path).expect_err("no output");
        assert_eq!(fault.kind, FaultKind::Bug);
        assert_eq!(fs::read_to_string(&path).expect("text"), "old");
        assert_eq!(fs::read_dir(root.path()).expect("entries").count(), 1);
        let fault = write_model(&model(true), &root.path().join("no/model.onnx")).expect_err("no folder");
        assert_eq!(fault.kind, FaultKind::Checkpoint);
        assert!(fault.message.contains("no/model.onnx"), "{}", fault.message);
    }
}
