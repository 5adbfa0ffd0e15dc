//! PyTorch in person, where `CT_REFERENCE_PYTHON` names an interpreter with torch, torchvision and safetensors.

mod support;

use std::process::Command;
use std::sync::Arc;

use classifier_engine::{Control, Session, Sources};
use classifier_spec::*;
use support::{CLASSES, open, plan};

fn largest_difference(found: &[f32], expected: &serde_json::Value) -> f64 {
    let expected = expected.as_array().expect("a list");
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().map(|v| v.as_f64().expect("a number").abs()).fold(1e-9, f64::max);
    let difference = |(found, expected): (&f32, &serde_json::Value)| {
        (f64::from(*found) - expected.as_f64().expect("a number")).abs() / largest
    };
    found.iter().zip(expected).map(difference).fold(0.0, f64::max)
}

#[test]
fn python_reads_our_weights_and_we_read_pythons() {
    let Some(python) = std::env::var_os("CT_REFERENCE_PYTHON") else {
        eprintln!("skipped: set CT_REFERENCE_PYTHON to a Python with torch, torchvision and safetensors");
        return;
    };
    for (architecture, name) in [(Architecture::Resnet18, "resnet18"), (Architecture::Resnet50, "resnet50")] {
        let mut plan = plan();
        plan.model.architecture = architecture;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let mut session = open(&plan);
        session.train(2).expect("a span");
        let request = SaveRequest {
            directory: path("checkpoint"),
            scored: Weights::Ema,
            weights_only: false,
            state: serde_json::Value::Null,
        };
        session.save(&request).expect("a checkpoint");
        let shape = [3, 64, 48, 3];
        let images: Vec<u8> = (0..shape.iter().product::<usize>()).map(|i| (i * 31 % 251) as u8).collect();
        std::fs::write(path("images.bin"), &images).expect("written");
        let request = serde_json::json!({ "shape": shape, "architecture": name, "classes": CLASSES });
        std::fs::write(path("request.json"), request.to_string()).expect("written");

        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/parity/live.py");
        let status = Command::new(&python).args([script, &path("")]).status().expect("Python runs");
        assert!(status.success());
        let answer: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path("answer.json")).expect("an answer")).expect("JSON");

        let ours = session.predict(&images, 3, 64, 48, Weights::Ema).expect("logits");
        assert!(largest_difference(&ours, &answer["ours"]) < 1e-5, "{name}: our weights in torchvision");
        let open_with = |weights: &str| {
            let mut plan = plan.clone();
            plan.model.weights = Some(path(weights));
            Session::open_with(&plan, Sources::default(), Arc::new(Control::default())).expect("a session")
        };
        let (mut other, report) = open_with("other.pth");
        assert!(report.notes.is_empty(), "{:?}", report.notes);
        let theirs = other.predict(&images, 3, 64, 48, Weights::Raw).expect("logits");
        assert!(largest_difference(&theirs, &answer["other"]) < 1e-5, "{name}: torchvision's weights here");
        let (_, report) = open_with("imagenet.ckpt");
        assert!(report.notes[0].contains("fc.weight"), "{:?}", report.notes);
    }
}
