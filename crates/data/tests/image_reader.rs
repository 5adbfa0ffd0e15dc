//! A reader answers what decoding a whole file and then transforming it does, and refuses what that refuses.

use std::{fs, path::PathBuf};

use classifier_data::{Draw, ImageReader, Pipeline, decode::Limits, decode_file};
use classifier_spec::Transform;
use serde_json::json;

fn pipelines() -> Vec<Pipeline> {
    let normalize = json!({ "kind": "normalize", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5] });
    let resize = |size: serde_json::Value| json!({ "kind": "resize", "size": size, "interpolation": "bilinear", "max_size": null, "antialias": true });
    let crop = json!({ "kind": "center_crop", "size": [12, 12] });
    [json!([resize(json!([14])), crop, normalize]), json!([resize(json!([9, 17])), normalize])]
        .into_iter()
        .map(|list| Pipeline::plan(&serde_json::from_value::<Vec<Transform>>(list).unwrap(), None).unwrap())
        .collect()
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        !matches!(path.extension().and_then(|extension| extension.to_str()), Some("py" | "jsonl"))
    });
    files.sort();
    files
}

#[test]
fn one_reader_answers_file_after_file_as_a_new_decoder_would() {
    let mut reader = ImageReader::new().unwrap();
    let draw = Draw::new(0, 0, 0);
    let mut read = 0;
    for pipeline in pipelines() {
        let (height, width) = pipeline.output_hw();
        for path in files() {
            for exif_transpose in [false, true] {
                let mut out = vec![7; height * width * 3];
                let mut wanted = vec![9; height * width * 3];
                let answer = reader.read(&path, exif_transpose, &pipeline, draw, &mut out);
                let whole = decode_file(&path, &Limits::default(), exif_transpose)
                    .and_then(|image| pipeline.apply(image, draw, &mut wanted));
                assert_eq!(answer.is_ok(), whole.is_ok(), "{}", path.display());
                match answer {
                    Ok(()) => {
                        assert_eq!(out, wanted, "{} {exif_transpose}", path.display());
                        read += 1;
                    }
                    Err(fault) => assert!(fault.message.contains(&*path.to_string_lossy()), "{fault}"),
                }
            }
        }
    }
    assert!(read > 20, "{read}");
}
