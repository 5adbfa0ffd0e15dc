//! Exported models answer as the session does.
//!
//! The comparison with onnxruntime and torchvision needs `CT_REFERENCE_PYTHON` (an interpreter with torch, torchvision,
//! onnx and onnxruntime); without it that test says so and passes.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use classifier_engine::{Control, Session, Sources, Synthetic};
use classifier_spec::{
    Architecture, EmaSpec, ExportPreprocessing, ExportRequest, FaultKind, Plan, Uint8Export, Weights,
};
use serde_json::json;
use support::CLASSES;

fn plan(architecture: Architecture, ema: bool) -> Plan {
    let mut plan = support::plan();
    plan.model.architecture = architecture;
    plan.model.dropout = 0.2;
    plan.train.ema = ema.then_some(EmaSpec { decay: 0.5, warmup_steps: 0 });
    plan
}

/// A session after two training steps, so that weights and statistics are no longer the initial ones.
fn session(architecture: Architecture, ema: bool) -> Session {
    let sources = Sources {
        train: Some(Box::new(Synthetic::new(5, CLASSES, 4, 2, 64))),
        val: Some(Box::new(Synthetic::new(6, CLASSES, 4, 3, 64))),
        ..Sources::default()
    };
    let (mut session, _) =
        Session::open_with(&plan(architecture, ema), sources, Arc::new(Control::default())).expect("opened");
    session.train(2).expect("trained");
    session
}

fn request(path: &Path) -> ExportRequest {
    ExportRequest {
        path: path.to_string_lossy().into_owned(),
        opset: 17,
        fold_bn: true,
        weights: Weights::Auto,
        input_hw: Some([64, 64]),
        uint8: None,
        labels: (0..CLASSES).map(|index| format!("class {index}")).collect(),
        metadata: BTreeMap::from([("run".to_owned(), "a test".to_owned())]),
        check_images: 6,
    }
}

#[test]
fn files_answer_as_the_session_does() {
    let Ok(python) = std::env::var("CT_REFERENCE_PYTHON") else {
        eprintln!("skipped: CT_REFERENCE_PYTHON is not set");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rows = Vec::new();
    for (index, (architecture, ema, opset, fold_bn)) in [
        (Architecture::Resnet18, false, 17, true),
        (Architecture::Resnet18, true, 13, false),
        (Architecture::Resnet50, true, 21, true),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{index}.onnx"));
        let image_path = folder.path().join(format!("{index}.uint8.onnx"));
        let preprocessing = ExportPreprocessing {
            resize: Some(vec![64]),
            antialias: true,
            crop: Some([64, 64]),
            mean: [0.4, 0.5, 0.6],
            std: [0.2, 0.25, 0.3],
        };
        let mut session = session(architecture, ema);
        let asked = ExportRequest {
            opset,
            fold_bn,
            uint8: Some(Uint8Export { path: image_path.to_string_lossy().into_owned(), preprocessing }),
            ..request(&path)
        };
        let (report, arrays) = session.export(&asked).expect("exported");
        assert_eq!(report.weights, if ema { Weights::Ema } else { Weights::Raw });
        assert_eq!(report.check_shape, [6, 3, 64, 64]);
        assert_eq!(report.model.bytes, std::fs::metadata(&path).expect("a file").len());
        assert_eq!(
            report.uint8.expect("a second file").bytes,
            std::fs::metadata(&image_path).expect("a file").len()
        );
        let raw = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        std::fs::write(format!("{}.inputs.f32", path.display()), raw(&arrays.inputs_nchw)).expect("written");
        std::fs::write(format!("{}.logits.f32", path.display()), raw(&arrays.logits_nc)).expect("written");
        rows.push(json!({
            "file": format!("{index}.onnx"), "architecture": architecture, "classes": CLASSES,
            "shape": report.check_shape, "folded": fold_bn,
        }));
    }
    std::fs::write(folder.path().join("cases.json"), json!(rows).to_string()).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/check_export.py");
    let output = Command::new(python).arg(script).arg(folder.path()).output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
}

#[test]
fn the_check_is_the_sessions_own_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.onnx");
    let mut session = session(Architecture::Resnet18, true);
    let (report, arrays) = session.export(&request(&path)).expect("exported");
    let again = session.export(&request(&path)).expect("exported again");
    assert_eq!(report.model.sha256, again.0.model.sha256);
    assert_eq!(arrays, again.1);
    let raw = ExportRequest { weights: Weights::Raw, ..request(&path) };
    assert_ne!(session.export(&raw).expect("exported").0.model.sha256, report.model.sha256);

    let mut alone = Session::open_with(
        &plan(Architecture::Resnet18, false),
        Sources::default(),
        Arc::new(Control::default()),
    )
    .expect("opened without data")
    .0;
    let (report, arrays) =
        alone.export(&ExportRequest { input_hw: Some([40, 56]), ..raw }).expect("exported");
    assert_eq!(report.check_shape, [6, 3, 40, 56]);
    assert_eq!(arrays.inputs_nchw.len(), 6 * 3 * 40 * 56);
    assert_eq!(arrays.logits_nc.len(), 6 * CLASSES as usize);
    let none = alone.export(&ExportRequest { check_images: 0, ..request(&path) }).expect("exported");
    assert_eq!((none.0.check_shape, none.1.logits_nc.len()), ([0; 4], 0));
}

#[test]
fn what_cannot_be_written_is_said_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, "old").expect("written");
    let mut session = session(Architecture::Resnet18, false);
    let mut refused = |request: ExportRequest| {
        let fault = session.export(&request).expect_err("refused");
        (fault.kind, fault.message)
    };
    for opset in [12, 22] {
        let (kind, message) = refused(ExportRequest { opset, ..request(&path) });
        assert_eq!(kind, FaultKind::Config);
        assert!(
            message.contains(&format!("opset {opset} is out of range")) && message.contains("13 to 21"),
            "{message}"
        );
    }
    let (kind, message) = refused(ExportRequest { labels: vec!["a".into()], ..request(&path) });
    assert_eq!((kind, message.as_str()), (FaultKind::Config, "1 labels for a model with 5 classes"));
    let (kind, message) = refused(ExportRequest { weights: Weights::Ema, ..request(&path) });
    assert!(kind == FaultKind::Config && message.contains("EMA is off"), "{message}");
    let preprocessing = ExportPreprocessing {
        resize: Some(vec![1, 2, 3]),
        antialias: true,
        crop: None,
        mean: [0.0; 3],
        std: [1.0; 3],
    };
    let uint8 = Some(Uint8Export {
        path: folder.path().join("u.onnx").to_string_lossy().into_owned(),
        preprocessing,
    });
    let (kind, message) = refused(ExportRequest { uint8, ..request(&path) });
    assert!(kind == FaultKind::Config && message.contains("[1, 2, 3]"), "{message}");
    let metadata = BTreeMap::from([("labels".to_owned(), "mine".to_owned())]);
    let (kind, message) = refused(ExportRequest { metadata, ..request(&path) });
    assert!(kind == FaultKind::Config && message.contains("\"labels\""), "{message}");
    let (kind, message) = refused(request(&folder.path().join("none/model.onnx")));
    assert!(kind == FaultKind::Checkpoint && message.contains("none/model.onnx"), "{message}");
    assert_eq!(std::fs::read_to_string(&path).expect("text"), "old");
    assert_eq!(std::fs::read_dir(folder.path()).expect("entries").count(), 1);
}
