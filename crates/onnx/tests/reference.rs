//! What we write, read by others: the ONNX checker, onnxruntime, PyTorch, Pillow.
//!
//! Needs `CT_REFERENCE_PYTHON` (an interpreter with torch, torchvision, onnx, onnxruntime, pillow and safetensors) and,
//! for the photographs, `CT_SHARED_DATA`; without them the tests say so and pass.

#[path = "../examples/emit_resnet/resnet.rs"]
mod resnet;
#[path = "../examples/emit_resnet/safetensors.rs"]
mod safetensors;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use classifier_onnx::{
    Crop, Dim, ElementType, Graph, Model, Opset, Preprocessing, Resize, emit_preprocessing,
};
use resnet::ResnetSpec;
use safetensors::Safetensors;

const IMAGENET: Preprocessing = Preprocessing {
    resize: Some(Resize::Shorter(256)),
    antialias: true,
    crop: Some(Crop { height: 224, width: 224 }),
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
};

/// A folder of this process that goes away with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(topic: &str) -> Self {
        let path = std::env::temp_dir().join(format!("classifier-onnx-{topic}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `None`, said aloud, where there is no reference interpreter.
fn python(script: &str, arguments: &[&Path]) -> Option<()> {
    let Ok(interpreter) = std::env::var("CT_REFERENCE_PYTHON") else {
        eprintln!("skipped: CT_REFERENCE_PYTHON is not set");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(script);
    let output = Command::new(interpreter).arg(script).args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
    Some(())
}

fn photos() -> Option<PathBuf> {
    let data = match std::env::var("CT_SHARED_DATA") {
        Ok(data) => PathBuf::from(data),
        Err(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let photos = data.join("photos-250");
    if photos.is_dir() {
        return Some(photos);
    }
    eprintln!("skipped: {} does not exist (CT_SHARED_DATA)", photos.display());
    None
}

fn write(model: &Model<'_>, path: &Path) {
    let bytes = model.write_to(&mut BufWriter::new(File::create(path).unwrap())).unwrap();
    assert_eq!(bytes, std::fs::metadata(path).unwrap().len());
}

#[test]
fn networks_answer_as_torchvision() {
    let scratch = Scratch::new("networks");
    let names = ["resnet18", "resnet34", "resnet50"].map(Path::new);
    let Some(()) = python("make_networks.py", &[&[scratch.0.as_path()], &names[..]].concat()) else { return };
    let all: Vec<u32> = (13..=21).collect();
    let networks = [("resnet18", &all[..], 96), ("resnet34", &[17], 64), ("resnet50", &[13, 17, 21], 224)];
    let mut written = 0;
    for (name, opsets, size) in networks {
        let weights = Safetensors::read(&scratch.0.join(format!("{name}.safetensors"))).unwrap();
        let mut spec = ResnetSpec::named(name).unwrap();
        for opset in opsets {
            for (fold, norms) in [(true, "folded"), (false, "norms")] {
                spec.input_hw = fold.then_some([size; 2]);
                let model = resnet::classifier(&spec, &weights, Opset::new(*opset).unwrap(), fold).unwrap();
                write(&model, &scratch.0.join(format!("{name}.opset{opset}.{norms}.onnx")));
                written += 1;
            }
        }
    }
    python("check_networks.py", &[&scratch.0, Path::new(&written.to_string())]);
}

#[test]
fn preprocessing_is_pillows() {
    let Some(photos) = photos() else { return };
    let scratch = Scratch::new("preprocessing");
    let crop = |height: u32, width: u32| Some(Crop { height, width });
    let shorter = |side: u32, crop: Option<Crop>| Preprocessing {
        resize: Some(Resize::Shorter(side)),
        crop,
        ..IMAGENET
    };
    let exact = Preprocessing { resize: Some(Resize::Exact { height: 50, width: 71 }), ..IMAGENET };
    let specs = [
        ("all", 17, IMAGENET),
        ("few", 13, IMAGENET),
        ("few", 21, IMAGENET),
        ("few", 17, shorter(64, crop(56, 56))),
        ("few", 17, shorter(73, crop(73, 64))),
        // Filled up with zeros, by an odd and an even number, on one side and on both.
        ("few", 17, shorter(41, crop(64, 64))),
        ("few", 17, shorter(100, crop(99, 128))),
        ("few", 17, shorter(32, None)),
        ("few", 17, Preprocessing { crop: crop(33, 90), ..exact }),
        ("few", 17, Preprocessing { crop: None, ..exact }),
        ("few", 17, Preprocessing { resize: None, crop: crop(224, 193), ..IMAGENET }),
    ];
    let mut rows = Vec::new();
    for (index, (images, opset, spec)) in specs.iter().enumerate() {
        let mut graph = Graph::new("preprocessing");
        let dims = [Dim::named("N"), Dim::named("H"), Dim::named("W"), Dim::Fixed(3)];
        let input = graph.input("images", ElementType::U8, &dims).unwrap();
        let done = emit_preprocessing(&mut graph, &input, spec).unwrap();
        graph.output("normalized", &done.normalized_nchw).unwrap();
        graph.output("levels", &done.levels_nchw).unwrap();
        let file = format!("{index}.onnx");
        write(&Model::new(graph, Opset::new(*opset).unwrap()), &scratch.0.join(&file));
        let resize = spec.resize.map(|resize| match resize {
            Resize::Shorter(side) => vec![side],
            Resize::Exact { height, width } => vec![height, width],
        });
        let crop = spec.crop.map(|crop| [crop.height, crop.width]);
        rows.push(serde_json::json!({ "file": file, "resize": resize, "crop": crop, "images": images }));
    }
    std::fs::write(scratch.0.join("graphs.json"), serde_json::to_vec(&rows).unwrap()).unwrap();
    python("check_preprocessing.py", &[&scratch.0, &photos]);
}

#[test]
fn image_classifier_answers_as_torchvision() {
    let Some(photos) = photos() else { return };
    let scratch = Scratch::new("image-classifier");
    let Some(()) = python("make_networks.py", &[&scratch.0, Path::new("resnet18")]) else { return };
    let weights = Safetensors::read(&scratch.0.join("resnet18.safetensors")).unwrap();
    let spec = ResnetSpec::named("resnet18").unwrap();
    let mut model = resnet::image_classifier(&spec, &IMAGENET, &weights, Opset::DEFAULT).unwrap();
    model.metadata("labels", r#"["a", "ä"]"#).unwrap();
    write(&model, &scratch.0.join("resnet18.uint8.onnx"));
    python("check_image_classifier.py", &[&scratch.0, &photos]);
}
