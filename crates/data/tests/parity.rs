//! Every kernel against torchvision v2 on 8-bit tensors, for given parameters.

mod support;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use classifier_data::{
    Draw, Pipeline, RgbImage, Workspace, decode,
    decode::{Limits, Region},
    kernel::*,
};
use classifier_spec::{Interpolation, PaddingMode, Transform};
use serde_json::Value;

struct Case {
    name: String,
    tolerance: u8,
    parameters: Value,
    input: RgbImage,
    expected: RgbImage,
}

fn read_cases(folder: &Path) -> (Vec<Case>, Vec<u8>) {
    let unlimited = Limits { max_pixels: u64::MAX, max_side: u64::MAX };
    let sheet = decode::decode_file(&folder.join("pixels.png"), &unlimited, false).unwrap();
    let bytes: Vec<u8> = sheet.pixels_hwc.into_iter().step_by(3).collect();
    let image = |value: &Value| {
        let number = |key: &str| value[key].as_u64().unwrap() as usize;
        let (height, width, offset) = (number("height"), number("width"), number("offset"));
        RgbImage::new(width, height, bytes[offset..offset + height * width * 3].to_vec())
    };
    let rows: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let cases = rows
        .iter()
        .map(|row| Case {
            name: row["operation"].as_str().unwrap().into(),
            tolerance: row["tolerance"].as_u64().unwrap() as u8,
            parameters: row["parameters"].clone(),
            input: image(&row["input"]),
            expected: image(&row["output"]),
        })
        .collect();
    (cases, bytes)
}

/// The engine's answer to a case.
fn run(case: &Case, bytes: &[u8]) -> RgbImage {
    let workspace = &mut Workspace::default();
    let p = &case.parameters;
    let mut image = case.input.clone();
    let number = |key: &str| p[key].as_f64().unwrap();
    let list = |key: &str| -> Vec<f64> {
        p[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let optional = |key: &str| p.get(key).filter(|value| !value.is_null()).map(|_| list(key));
    let interpolation =
        || serde_json::from_value::<Interpolation>(p["interpolation"].clone()).expect("an interpolation");
    let fill = || optional("fill").map(|fill| [fill[0], fill[1], fill[2]]);
    let center = || optional("center").map(|center| [center[0], center[1]]);
    let whole = Region { x: 0, y: 0, width: image.width, height: image.height };
    let sizes = |key: &str| {
        let size = list(key);
        (size[0] as usize, size[1] as usize)
    };
    let region = || {
        let boxed = list("box");
        Region {
            x: boxed[1] as usize,
            y: boxed[0] as usize,
            width: boxed[3] as usize,
            height: boxed[2] as usize,
        }
    };
    let points = |key: &str| -> [[f64; 2]; 4] { serde_json::from_value(p[key].clone()).unwrap() };
    match case.name.as_str() {
        "resize" => {
            let (height, width) = sizes("size");
            let antialias = p["antialias"].as_bool().unwrap();
            return resize::resize(image.view(), whole, width, height, interpolation(), antialias, workspace);
        }
        "resized_crop" => {
            let (height, width) = sizes("size");
            return resize::resize(image.view(), region(), width, height, interpolation(), true, workspace);
        }
        "pad" => {
            let padding = list("padding");
            let mode: PaddingMode = serde_json::from_value(p["mode"].clone()).unwrap();
            let padding = [0, 1, 2, 3].map(|side| padding[side] as isize);
            let fill = fill().unwrap().map(|value| value as u8);
            return pad::pad(image, padding, fill, mode, workspace);
        }
        "horizontal_flip" => image = through(image, Transform::RandomHorizontalFlip { p: 1.0 }),
        "vertical_flip" => image = through(image, Transform::RandomVerticalFlip { p: 1.0 }),
        "center_crop" => {
            let (height, width) = sizes("size");
            image = through(image, Transform::CenterCrop { size: [height as u32, width as u32] });
        }
        "invert" => pixelwise::invert(&mut image),
        "autocontrast" => histogram::autocontrast(&mut image),
        "equalize" => histogram::equalize(&mut image),
        "low_autocontrast" | "low_equalize" => {
            pixelwise::apply(&mut image, &pixelwise::table(|value| value / 5 + 40));
            let kernel =
                if case.name == "low_equalize" { histogram::equalize } else { histogram::autocontrast };
            kernel(&mut image);
        }
        "posterize" => pixelwise::posterize(&mut image, number("bits") as u32),
        "solarize" => pixelwise::solarize(&mut image, number("threshold")),
        "erase" => {
            let value = list("value");
            erase::erase(&mut image, region(), || [value[0] as u8, value[1] as u8, value[2] as u8]);
        }
        "permute_channels" => {
            let order = list("order");
            pixelwise::permute_channels(
                &mut image,
                [order[0] as usize, order[1] as usize, order[2] as usize],
            );
        }
        "grayscale" => color::grayscale(&mut image),
        "brightness" => color::adjust_brightness(&mut image, number("factor")),
        "contrast" => color::adjust_contrast(&mut image, number("factor")),
        "saturation" => color::adjust_saturation(&mut image, number("factor")),
        "sharpness" => return sharpness::adjust_sharpness(image, number("factor"), workspace),
        "hue" => hue::adjust_hue(&mut image, number("factor")),
        "blur" => {
            let (x, y) = sizes("size");
            return blur::gaussian_blur(image, [x, y], [number("sigma"); 2], workspace);
        }
        "affine" => {
            let (translate, shear) = (list("translate"), list("shear"));
            let parameters = rotation::Affine {
                angle: number("angle"),
                translate: [translate[0], translate[1]],
                scale: number("scale"),
                shear: [shear[0], shear[1]],
                center: center(),
            };
            return rotation::affine(image, &parameters, interpolation(), fill(), workspace);
        }
        "rotate" => {
            let expand = p["expand"].as_bool().unwrap();
            return rotation::rotate(
                image,
                number("angle"),
                interpolation(),
                expand,
                center(),
                fill(),
                workspace,
            );
        }
        "perspective" => {
            let coefficients = perspective::coefficients(points("start"), points("end"));
            return perspective::perspective(image, &coefficients, interpolation(), fill(), workspace);
        }
        "elastic" => {
            let offset = number("displacement") as usize;
            let data = &bytes[offset..offset + image.width * image.height * 8];
            let float = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let displacement: Vec<[f32; 2]> =
                data.chunks_exact(8).map(|pair| [float(&pair[..4]), float(&pair[4..])]).collect();
            return perspective::elastic(image, &displacement, interpolation(), fill(), workspace);
        }
        "jpeg" => {
            let quality = number("quality") as u32;
            image = through(image, Transform::Jpeg { quality: [quality; 2] });
        }
        other => panic!("no kernel for {other}"),
    }
    image
}

fn through(image: RgbImage, transform: Transform) -> RgbImage {
    let pipeline = Pipeline::plan(&[transform], Some((image.height, image.width))).unwrap();
    let (height, width) = pipeline.output_hw();
    let mut out = vec![0; height * width * 3];
    pipeline.apply(image, Draw::new(0, 0, 0), &mut out).unwrap();
    RgbImage::new(width, height, out)
}

/// Compares all cases of a folder; answers what differs, and for each operation (values, off by one, by more).
fn compare(folder: &Path) -> Vec<String> {
    let (cases, bytes) = read_cases(folder);
    let mut table: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let answer = run(case, &bytes);
        let sizes = [(answer.width, answer.height), (case.expected.width, case.expected.height)];
        if sizes[0] != sizes[1] {
            wrong.push(format!("{} {}: size {:?}, not {:?}", case.name, case.parameters, sizes[0], sizes[1]));
            continue;
        }
        let row = table.entry(&case.name).or_default();
        let (mut worst, mut beyond) = (0, 0);
        for (a, b) in answer.pixels_hwc.iter().zip(&case.expected.pixels_hwc) {
            let difference = a.abs_diff(*b);
            worst = worst.max(difference);
            beyond += u64::from(difference > case.tolerance);
            row[0] += 1;
            row[1] += u64::from(difference == 1);
            row[2] += u64::from(difference > 1);
        }
        if beyond > 0 {
            let all = answer.pixels_hwc.len();
            wrong.push(format!(
                "{} {}: up to {worst} levels, {beyond} of {all} values",
                case.name, case.parameters
            ));
        }
    }
    for (name, [values, one, more]) in table {
        eprintln!("{name:>18}: {values:>9} values, {one:>6} off by one level, {more:>6} by more");
    }
    wrong
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parity")
}

#[test]
fn kernels_equal_torchvision() {
    let wrong = compare(&fixtures());
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn kernels_equal_torchvision_on_photographs() {
    let shared = env::var_os("CT_SHARED_DATA").map(PathBuf::from);
    let photos = shared
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"))
        .join("photos-250");
    let (Some(python), true) = (env::var_os("CT_REFERENCE_PYTHON"), photos.is_dir()) else {
        eprintln!(
            "skipped: needs CT_REFERENCE_PYTHON (with torchvision 0.26) and photographs (CT_SHARED_DATA)"
        );
        return;
    };
    let mut files: Vec<_> = fs::read_dir(photos)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "JPEG"))
        .collect();
    files.sort();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.arg(fixtures().join("make_parity.py")).arg(folder.path()).args(files.iter().step_by(120).take(1));
    assert!(command.status().unwrap().success());
    let wrong = compare(folder.path());
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
