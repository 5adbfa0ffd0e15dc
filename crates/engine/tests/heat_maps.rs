//! Grad-CAM of a session over files.
//!
//! The comparison with torchvision and autograd needs `CT_REFERENCE_PYTHON` (an interpreter with torch, torchvision and
//! safetensors); without it that test says so and passes.

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use classifier_data::Dataset;
use classifier_engine::{Control, Session};
use classifier_spec::*;
use serde_json::json;
use support::{CLASSES, plan};

const SIDE: u32 = 96;

/// A 24-bit BMP of noise that follows from `seed`.
fn bmp(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let row = (width * 3).next_multiple_of(4);
    let mut bytes = b"BM".to_vec();
    for number in [54 + row * height, 0, 54, 40, width, height, 1 | 24 << 16, 0, row * height, 0, 0, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    bytes.extend((0..row * height).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    bytes
}

/// One image a class to train on, six to look at.
fn data(folder: &Path) -> Arc<Dataset> {
    for (split, images) in [("train", CLASSES), ("val", 6)] {
        for image in 0..images {
            let class = folder.join(split).join(format!("class {}", image % CLASSES));
            std::fs::create_dir_all(&class).expect("a folder");
            let name = class.join(format!("{image}.bmp"));
            std::fs::write(name, bmp(90 + image * 7, 120 - image * 3, image)).expect("written");
        }
    }
    let spec = DatasetSpec {
        root: folder.to_string_lossy().into_owned(),
        format: DatasetFormat::Imagefolder,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    };
    Arc::new(Dataset::open(&spec).expect("a data set"))
}

fn session(dataset: &Arc<Dataset>, architecture: Architecture, batch_size: u32) -> Session {
    let mut plan = plan();
    plan.model.architecture = architecture;
    plan.train.ema = None;
    let resize = Transform::Resize {
        size: vec![SIDE, SIDE],
        interpolation: Interpolation::Bilinear,
        max_size: None,
        antialias: true,
    };
    let normalize = Transform::Normalize { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] };
    plan.train_loader.transforms = vec![resize.clone(), normalize.clone()];
    plan.eval_loader.transforms = vec![resize, normalize];
    plan.eval_loader.batch_size = batch_size;
    let mut session =
        Session::open(&plan, Some(Arc::clone(dataset)), Arc::new(Control::default())).expect("a session").0;
    // So that the statistics are no longer the initial ones.
    session.train(1).expect("trained");
    session
}

fn request(layer: Option<&str>, targets: Option<Vec<u32>>) -> HeatMapRequest {
    HeatMapRequest {
        split: Split::Val,
        samples: vec![5, 0, 3],
        targets,
        layer: layer.map(str::to_owned),
        weights: Weights::Raw,
    }
}

#[test]
fn maps_have_the_layers_cells_and_are_never_negative() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dataset = data(folder.path());
    let mut session = session(&dataset, Architecture::Resnet18, 8);
    for (layer, cells) in [("layer1", 24), ("layer2", 12), ("layer3", 6), ("layer4", 3)] {
        let (report, arrays) = session.heat_maps(&request(Some(layer), None)).expect("maps");
        assert_eq!((report.layer.as_str(), report.map_hw), (layer, [cells, cells]));
        assert_eq!((report.input_hw, report.targets.len()), ([SIDE, SIDE], 3));
        assert_eq!(arrays.images_nhwc.len(), (3 * SIDE * SIDE * 3) as usize);
        assert_eq!(arrays.maps_nhw.len(), (3 * cells * cells) as usize);
        assert!(arrays.maps_nhw.iter().all(|&value| value >= 0.0));
        assert!(arrays.maps_nhw.iter().any(|&value| value > 0.0));
    }
    // Four cells of 16 pixels fit, four of 32 do not.
    let (report, _) = session.heat_maps(&request(None, None)).expect("maps");
    assert_eq!(report.layer, "layer3");
}

#[test]
fn a_map_speaks_of_its_class_and_of_its_image_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dataset = data(folder.path());
    let mut session = session(&dataset, Architecture::Resnet18, 8);
    let (predicted, own) = session.heat_maps(&request(None, None)).expect("maps");
    let (_, same) = session.heat_maps(&request(None, Some(predicted.targets.clone()))).expect("maps");
    assert_eq!(own, same);
    let others = predicted.targets.iter().map(|target| (target + 1) % CLASSES).collect();
    let (_, other) = session.heat_maps(&request(None, Some(others))).expect("maps");
    assert_eq!(own.images_nhwc, other.images_nhwc);
    assert_ne!(own.maps_nhw, other.maps_nhw);
    // Training goes on as if nothing had been asked.
    session.train(1).expect("trained");

    let mut single = self::session(&dataset, Architecture::Resnet18, 1);
    let (_, alone) = single.heat_maps(&request(None, None)).expect("maps");
    let scale = own.maps_nhw.iter().fold(0f32, |most, &value| most.max(value));
    for (a, b) in own.maps_nhw.iter().zip(&alone.maps_nhw) {
        assert!((a - b).abs() <= 1e-4 * scale, "{a} {b}");
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dataset = data(folder.path());
    let mut session = session(&dataset, Architecture::Resnet18, 8);
    let fault = session.heat_maps(&request(Some("layer5"), None)).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fault.message.contains("layer5") && fault.message.contains("layer1"), "{}", fault.message);
    for wrong in [
        HeatMapRequest { samples: vec![6], ..request(None, None) },
        request(None, Some(vec![0, 1])),
        request(None, Some(vec![0, 1, CLASSES])),
    ] {
        assert_eq!(session.heat_maps(&wrong).expect_err("refused").kind, FaultKind::Bug);
    }
    let gone = dataset.path(Split::Val, 3);
    std::fs::write(&gone, "no picture").expect("written");
    let fault = session.heat_maps(&request(None, None)).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Data);
    assert!(fault.message.contains(&*gone.to_string_lossy()), "{}", fault.message);
    let none = HeatMapRequest { samples: Vec::new(), ..request(None, None) };
    let (_, nothing) = session.heat_maps(&none).expect("no maps");
    assert!(nothing.maps_nhw.is_empty());
}

#[test]
fn autograd_over_torchvision_says_the_same() {
    let Ok(python) = std::env::var("CT_REFERENCE_PYTHON") else {
        eprintln!("skipped: CT_REFERENCE_PYTHON is not set");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dataset = data(folder.path());
    for architecture in [Architecture::Resnet18, Architecture::Resnet50] {
        let mut session = session(&dataset, architecture, 8);
        let checkpoint = folder.path().join(format!("{architecture:?}"));
        let save = SaveRequest {
            directory: checkpoint.to_string_lossy().into_owned(),
            scored: Weights::Raw,
            weights_only: true,
            state: serde_json::Value::Null,
        };
        session.save(&save).expect("a checkpoint");
        let mut cases = Vec::new();
        for layer in ["layer1", "layer2", "layer3", "layer4"] {
            let asked = HeatMapRequest {
                samples: (0..6).collect(),
                ..request(Some(layer), Some(vec![2, 0, 4, 1, 3, 2]))
            };
            let (report, arrays) = session.heat_maps(&asked).expect("maps");
            cases.push(json!({
                "layer": layer, "targets": report.targets, "map": report.map_hw, "maps": arrays.maps_nhw,
            }));
            std::fs::write(checkpoint.join("images.u8"), arrays.images_nhwc).expect("written");
        }
        let facts = json!({
            "architecture": architecture, "classes": CLASSES, "side": SIDE,
            "mean": [0.4, 0.5, 0.6], "std": [0.2, 0.25, 0.3], "cases": cases,
        });
        std::fs::write(checkpoint.join("cases.json"), facts.to_string()).expect("written");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/check_heat_maps.py");
        let output = Command::new(&python).arg(script).arg(&checkpoint).output().expect("started");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        println!("{out}");
    }
}
