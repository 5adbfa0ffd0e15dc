//! Every file of the tricky-images collection: Pillow's pixels, or a refusal where Pillow refuses.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use classifier_data::decode::{Limits, decode_file};
use sha2::{Digest, Sha256};

fn collection() -> Option<PathBuf> {
    let folder = env::var_os("TRICKY_IMAGES").map(PathBuf::from).unwrap_or_else(|| {
        let shared = env::var_os("CT_SHARED_DATA").map(PathBuf::from);
        let shared =
            shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
        shared.join("tricky-images")
    });
    folder.join("manifest.jsonl").exists().then_some(folder)
}

#[test]
fn pixels_or_refusals_are_pillows() {
    let Some(folder) = collection() else {
        eprintln!("skipped: no tricky-images (set TRICKY_IMAGES or CT_SHARED_DATA)");
        return;
    };
    let supported = ["jpeg", "png", "webp", "bmp", "gif", "tiff"];
    let mut wrong = Vec::new();
    for line in fs::read_to_string(folder.join("manifest.jsonl")).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = row["path"].as_str().unwrap();
        let result = decode_file(&folder.join(path), &Limits::default(), false);
        // The pixels are a newer Pillow's than the verdict: without them, the newer one refuses.
        let decodes = row["rgb_sha256"].is_string();
        let listed = supported.contains(&row["magic"].as_str().unwrap());
        match (&result, decodes) {
            (Ok(image), true) => {
                let size = (row["rgb_width"].as_u64().unwrap(), row["rgb_height"].as_u64().unwrap());
                let digest: String =
                    Sha256::digest(&image.pixels_hwc).iter().map(|byte| format!("{byte:02x}")).collect();
                if size != (image.width as u64, image.height as u64) || row["rgb_sha256"] != digest {
                    wrong
                        .push(format!("{path}: other pixels ({} {}, {image:?})", row["format"], row["mode"]));
                }
            }
            (Err(fault), true) if listed => {
                wrong.push(format!("{path}: refused ({} {}): {fault}", row["format"], row["mode"]))
            }
            (Ok(_), false) => wrong.push(format!("{path}: accepted, Pillow says {}", row["error"])),
            (Err(fault), _) => assert!(fault.message.contains(path), "{}", fault.message),
        }
    }
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}
