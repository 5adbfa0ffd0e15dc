//! Decoders against Pillow: its pixels, or a refusal where it refuses. And against damage of every kind.

use std::{
    env, fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

use classifier_data::{
    Stream,
    decode::{ImageFormat, JpegDecoder, Limits, Region, decode, decode_file},
};
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

fn compare_with_pillow(folder: &Path) {
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

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/images")
}

#[test]
fn every_kind_of_image_is_decoded_as_pillow_does() {
    compare_with_pillow(&fixtures());
}

#[test]
fn tricky_images_are_decoded_or_refused_as_pillow_does() {
    match collection() {
        Some(folder) => compare_with_pillow(&folder),
        None => eprintln!("skipped: no tricky-images (set TRICKY_IMAGES or CT_SHARED_DATA)"),
    }
}

#[test]
fn the_orientation_is_applied_only_when_asked_for() {
    let file = fixtures().join("orientation-6.jpg");
    let lying = decode_file(&file, &Limits::default(), false).unwrap();
    let upright = decode_file(&file, &Limits::default(), true).unwrap();
    assert_eq!((lying.width, lying.height), (upright.height, upright.width));
    // 6: the row that was stored as the left column is the top.
    assert_eq!(upright.pixel(upright.width - 1, 0), lying.pixel(0, 0));
    assert_eq!(upright.pixel(0, 0), lying.pixel(0, lying.height - 1));
}

#[test]
fn a_size_beyond_the_limits_is_refused_before_decoding() {
    let tight = Limits { max_pixels: 37 * 23 - 1, max_side: 1000 };
    let narrow = Limits { max_pixels: 1 << 30, max_side: 36 };
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if matches!(path.extension().and_then(|extension| extension.to_str()), Some("py" | "jsonl")) {
            continue;
        }
        for limits in [tight, narrow] {
            let fault = decode_file(&path, &limits, false).unwrap_err();
            assert!(fault.message.contains("too large"), "{fault}");
        }
    }
}

#[test]
fn a_format_is_told_by_content_and_others_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let disguised = folder.path().join("a.png");
    fs::copy(fixtures().join("grey.jpg"), &disguised).unwrap();
    assert!(decode_file(&disguised, &Limits::default(), false).is_ok());
    for (bytes, name) in [
        (&b""[..], "empty"),
        (b"\0\0\0\x20ftypavif", "AVIF"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"hello", "not an image"),
    ] {
        fs::write(&disguised, bytes).unwrap();
        let fault = decode_file(&disguised, &Limits::default(), false).unwrap_err();
        assert!(fault.message.contains(name) && fault.message.contains("a.png"), "{fault}");
    }
}

/// Damaged files of every format are decoded or refused: no panic, no endless loop, no memory beyond the limits.
#[test]
fn damage_is_survived() {
    let limits = Limits { max_pixels: 1 << 20, max_side: 4096 };
    let mut files: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for (number, path) in files.iter().enumerate() {
        let source = fs::read(path).unwrap();
        for round in 0..150 {
            let mut stream = Stream::new(&[number as u64, round]);
            let bytes = damage(&source, &mut stream);
            let answer = catch_unwind(|| decode(&bytes, &limits, round % 2 == 0));
            let answer = answer.unwrap_or_else(|_| panic!("{} round {round} panics", path.display()));
            if let Ok(image) = answer {
                assert_eq!(image.pixels_hwc.len(), image.width * image.height * 3);
                assert!(image.width * image.height <= 1 << 20);
            }
        }
    }
}

fn damage(source: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..1 + stream.below(6) {
        let at = stream.below(bytes.len() as u64) as usize;
        match stream.below(6) {
            0 | 1 => bytes[at] = stream.next_u64() as u8,
            2 => bytes[at] ^= 1 << stream.below(8),
            3 => {
                let end = (at + 1 + stream.below(40) as usize).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let more: Vec<u8> = (0..1 + stream.below(8)).map(|_| stream.next_u64() as u8).collect();
                bytes.splice(at..at, more);
            }
            _ if stream.chance(0.2) => bytes.truncate(at),
            _ => bytes[at] = 0xff,
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// A region's decode is a part of the whole image's, for every kind of subsampling.
#[test]
fn a_region_of_a_jpeg_is_bit_equal_to_the_whole() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    if let Some(folder) = collection() {
        files.extend(fs::read_dir(folder.join("pillow")).unwrap().map(|entry| entry.unwrap().path()));
        let photos = fs::read_dir(folder.join("../photos-250")).into_iter().flatten();
        files.extend(photos.map(|entry| entry.unwrap().path()).step_by(10));
    }
    files.sort();
    let mut decoder = JpegDecoder::new().unwrap();
    let (mut images, mut pixels) = (0, Vec::new());
    for (number, path) in files.iter().enumerate() {
        let Ok(bytes) = fs::read(path) else { continue };
        let Ok(ImageFormat::Jpeg) = ImageFormat::of(&bytes) else { continue };
        let Ok(whole) = decoder.decode(&bytes, &Limits::default()) else { continue };
        images += 1;
        for round in 0..12 {
            let mut stream = Stream::new(&[number as u64, round]);
            let mut span = |length: usize| {
                let size = 1 + stream.below(length as u64) as usize;
                (stream.below((length - size) as u64 + 1) as usize, size)
            };
            let ((x, width), (y, height)) = (span(whole.width), span(whole.height));
            let wanted = Region { x, y, width, height };
            let region = decoder.decode_region(&bytes, wanted, &mut pixels).unwrap();
            assert!(region.x <= x && region.x + region.width >= x + width, "{region:?} for {wanted:?}");
            assert_eq!((region.y, region.height), (y, height));
            for row in 0..height {
                let part = &pixels[row * region.width * 3..][(x - region.x) * 3..(x - region.x + width) * 3];
                let expected = &whole.row(y + row)[x * 3..(x + width) * 3];
                assert!(part == expected, "{} row {row} of {wanted:?}", path.display());
            }
        }
    }
    assert!(images >= 7);
}
