//! Planning: what is accepted, what is refused and how it is said.

use std::collections::HashSet;

use classifier_data::{Draw, Pipeline, RgbImage};
use classifier_spec::*;
use serde_json::{Value, json};

fn transforms(list: Value) -> Vec<Transform> {
    serde_json::from_value(list).unwrap()
}

fn refusal(list: Value) -> String {
    let fault = Pipeline::plan(&transforms(list), None).err().expect("a refusal");
    assert_eq!(fault.kind, FaultKind::Config);
    fault.message
}

fn resize(height: u32, width: u32) -> Value {
    json!({"kind": "resize", "size": [height, width], "interpolation": "bilinear", "max_size": null, "antialias": true})
}

fn apply(pipeline: &Pipeline, image: &RgbImage, draw: Draw) -> Vec<u8> {
    let (height, width) = pipeline.output_hw();
    let mut out = vec![0; height * width * 3];
    pipeline.apply(image.clone(), draw, &mut out).unwrap();
    out
}

fn gradient(width: usize, height: usize) -> RgbImage {
    let mut image = RgbImage::black(width, height);
    for (at, pixel) in image.pixels_hwc.chunks_exact_mut(3).enumerate() {
        let (x, y) = (at % width, at / width);
        pixel.copy_from_slice(&[(x * 255 / width) as u8, (y * 255 / height) as u8, ((x * y) % 256) as u8]);
    }
    image
}

#[test]
fn scales_are_folded_into_one_normalisation() {
    let plan = |list| Pipeline::plan(&transforms(list), None).unwrap().normalization();
    assert_eq!(plan(json!([resize(8, 8)])), ([0.0; 3], [1.0; 3]));
    let imagenet = json!({"kind": "normalize", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]});
    let (mean, std) =
        plan(json!([resize(8, 8), {"kind": "to_dtype", "dtype": "float32", "scale": true}, imagenet]));
    assert_eq!((mean, std), ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]));
    // On the 0–255 scale.
    let (mean, std) = plan(json!([
        {"kind": "compose", "transforms": [resize(8, 8), {"kind": "to_dtype", "dtype": "float32", "scale": false}]},
        {"kind": "normalize", "mean": [127.5, 0.0, 255.0], "std": [51.0, 255.0, 255.0]},
    ]));
    for (got, wanted) in mean.iter().chain(&std).zip([0.5, 0.0, 1.0, 0.2, 1.0, 1.0]) {
        assert!((got - wanted).abs() < 1e-12, "{got} {wanted}");
    }
    let (_, std) = plan(json!([resize(8, 8), {"kind": "to_float32_tensor", "scale": false}]));
    assert_eq!(std, [1.0 / 255.0; 3]);
}

#[test]
fn a_size_that_varies_is_refused_and_the_transform_named() {
    let shorter = json!({"kind": "resize", "size": [32], "interpolation": "bilinear", "max_size": null, "antialias": true});
    assert!(refusal(json!([shorter])).contains("transforms[0] (resize)"));
    let zoom = json!({"kind": "random_zoom_out", "fill": null, "side_range": [1, 4], "p": 0.5});
    assert!(refusal(json!([resize(9, 9), zoom])).contains("transforms[1] (random_zoom_out)"));
    assert!(
        Pipeline::plan(&transforms(json!([shorter, {"kind": "center_crop", "size": [8, 9]}])), None).is_ok()
    );
    assert_eq!(Pipeline::plan(&transforms(json!([shorter])), Some((10, 20))).unwrap().output_hw(), (32, 64));
    let either = json!({"kind": "random_choice", "transforms": [resize(8, 8), resize(8, 9)], "p": null});
    assert!(refusal(json!([either])).contains("transforms[0] (random_choice)"));
    let same = json!({"kind": "random_choice", "transforms": [resize(8, 8), {"kind": "center_crop", "size": [8, 8]}], "p": [1, 3]});
    assert_eq!(Pipeline::plan(&transforms(json!([same])), None).unwrap().output_hw(), (8, 8));
    assert!(refusal(json!([])).contains("transforms"));
}

#[test]
fn parameters_are_checked_by_name() {
    let cases = [
        (json!({"kind": "random_horizontal_flip", "p": 1.5}), "p must be between 0 and 1"),
        (json!({"kind": "center_crop", "size": [0, 4]}), "size must be at least 1"),
        (json!({"kind": "random_posterize", "bits": 9, "p": 0.5}), "bits must be"),
        (json!({"kind": "random_solarize", "threshold": 256.0, "p": 0.5}), "threshold must"),
        (
            json!({"kind": "color_jitter", "brightness": [-1, 1], "contrast": null, "saturation": null, "hue": null}),
            "brightness must",
        ),
        (
            json!({"kind": "color_jitter", "brightness": null, "contrast": null, "saturation": null, "hue": [-0.6, 0.1]}),
            "hue must",
        ),
        (
            json!({"kind": "gaussian_blur", "kernel_size": [4, 3], "sigma": [0.1, 2]}),
            "kernel_size must be odd",
        ),
        (
            json!({"kind": "gaussian_blur", "kernel_size": [3, 3], "sigma": [0, 2]}),
            "sigma must be above zero",
        ),
        (json!({"kind": "jpeg", "quality": [0, 50]}), "quality must"),
        (
            json!({"kind": "random_rotation", "degrees": [5, -5], "interpolation": "nearest", "expand": false, "center": null, "fill": null}),
            "degrees must",
        ),
        (
            json!({"kind": "random_rotation", "degrees": [-5, 5], "interpolation": "bicubic", "expand": false, "center": null, "fill": null}),
            "interpolation must be nearest or bilinear",
        ),
        (
            json!({"kind": "rand_augment", "num_ops": 2, "magnitude": 31, "num_magnitude_bins": 31, "interpolation": "nearest", "fill": null}),
            "magnitude (31) must be below",
        ),
        (json!({"kind": "random_apply", "transforms": [], "p": 0.5}), "transforms is empty"),
        (
            json!({"kind": "random_choice", "transforms": [resize(4, 4)], "p": [0.5, 0.5]}),
            "p has 2 numbers for 1",
        ),
        (
            json!({"kind": "random_apply", "transforms": [{"kind": "normalize", "mean": [0, 0, 0], "std": [2, 2, 2]}], "p": 0.5}),
            "transforms[1].transforms[0] (normalize)",
        ),
        (json!({"kind": "normalize", "mean": [0, 0, 0], "std": [1, 0, 1]}), "std finite and not zero"),
        (
            json!({"kind": "broadcast_zoom_out", "min_scale": 0.5, "max_scale": 1.5, "fill_color": [0, 0, 0], "p": 0.3}),
            "[min_scale, max_scale] must",
        ),
    ];
    for (transform, words) in cases {
        let message = refusal(json!([resize(8, 8), transform]));
        assert!(message.contains(words) && message.contains("transforms[1]"), "{message}");
    }
    let late = json!([
        resize(8, 8),
        {"kind": "normalize", "mean": [0, 0, 0], "std": [1, 1, 1]},
        {"kind": "random_invert", "p": 0.5},
    ]);
    assert!(refusal(late).contains("transforms[2] (random_invert): it stands after normalize"));
}

#[test]
fn erasing_after_normalize_writes_the_colour_that_was_meant() {
    let list = json!([
        {"kind": "to_dtype", "dtype": "float32", "scale": true},
        {"kind": "normalize", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
        {"kind": "random_erasing", "p": 1.0, "scale": [0.5, 0.5], "ratio": [1.0, 1.0], "value": [0.0, 1.0, -9.0]},
    ]);
    let pipeline = Pipeline::plan(&transforms(list), Some((20, 20))).unwrap();
    let out = apply(&pipeline, &RgbImage::black(20, 20), Draw::new(1, 2, 3));
    let colors: HashSet<&[u8]> = out.chunks_exact(3).collect();
    // 0.485 · 255 and (0.456 + 0.224) · 255 to the nearest level, and nothing below 0.
    assert_eq!(colors, HashSet::from([&[0, 0, 0][..], &[124, 173, 0]]));
}

#[test]
fn an_image_that_does_not_suit_is_told_by_the_transform() {
    let crop = json!([{"kind": "random_crop", "size": [8, 8], "padding": null, "pad_if_needed": false, "fill": [0, 0, 0], "padding_mode": "constant"}]);
    let pipeline = Pipeline::plan(&transforms(crop), None).unwrap();
    let fault = pipeline.apply(RgbImage::black(7, 20), Draw::new(1, 2, 3), &mut [0; 192]).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Data);
    assert!(fault.message.contains("smaller than the crop") && fault.hint.is_some(), "{fault}");
}

/// Every kind, with parameters that are sure to do something.
fn every_kind() -> Vec<Value> {
    let fill = json!([124, 116, 104]);
    vec![
        json!({"kind": "random_crop", "size": [30, 30], "padding": [3, 3, 3, 3], "pad_if_needed": true, "fill": fill, "padding_mode": "edge"}),
        json!({"kind": "random_resized_crop", "size": [30, 30], "scale": [0.08, 1], "ratio": [0.75, 1.3333], "interpolation": "bicubic", "antialias": true}),
        json!({"kind": "pad", "padding": [1, 2, 3, 4], "fill": fill, "padding_mode": "constant"}),
        json!({"kind": "random_horizontal_flip", "p": 0.5}),
        json!({"kind": "random_vertical_flip", "p": 0.5}),
        json!({"kind": "random_rotation", "degrees": [-30, 30], "interpolation": "bilinear", "expand": true, "center": null, "fill": fill}),
        json!({"kind": "random_affine", "degrees": [-30, 30], "translate": [0.1, 0.1], "scale": [0.8, 1.2], "shear": [-5, 5, 0, 0], "interpolation": "nearest", "fill": fill, "center": null}),
        json!({"kind": "random_perspective", "distortion_scale": 0.5, "p": 0.9, "interpolation": "bilinear", "fill": fill}),
        json!({"kind": "elastic_transform", "alpha": [50, 50], "sigma": [2, 2], "interpolation": "bilinear", "fill": fill}),
        json!({"kind": "random_zoom_out", "fill": fill, "side_range": [1, 4], "p": 0.9}),
        json!({"kind": "scale_jitter", "target_size": [40, 40], "scale_range": [0.5, 2], "interpolation": "bilinear", "antialias": true}),
        json!({"kind": "random_shortest_size", "min_size": [20, 30], "max_size": 50, "interpolation": "nearest_exact", "antialias": true}),
        json!({"kind": "color_jitter", "brightness": [0.6, 1.4], "contrast": [0.6, 1.4], "saturation": [0.6, 1.4], "hue": [-0.1, 0.1]}),
        json!({"kind": "random_photometric_distort", "brightness": [0.875, 1.125], "contrast": [0.5, 1.5], "saturation": [0.5, 1.5], "hue": [-0.05, 0.05], "p": 0.5}),
        json!({"kind": "random_channel_permutation"}),
        json!({"kind": "grayscale", "num_output_channels": 1}),
        json!({"kind": "random_grayscale", "p": 0.5}),
        json!({"kind": "gaussian_blur", "kernel_size": [5, 3], "sigma": [0.1, 2]}),
        json!({"kind": "gaussian_noise", "mean": 0, "sigma": 0.1, "clip": true}),
        json!({"kind": "random_invert", "p": 0.5}),
        json!({"kind": "random_posterize", "bits": 2, "p": 0.5}),
        json!({"kind": "random_solarize", "threshold": 128, "p": 0.5}),
        json!({"kind": "random_adjust_sharpness", "sharpness_factor": 2, "p": 0.5}),
        json!({"kind": "random_autocontrast", "p": 0.5}),
        json!({"kind": "random_equalize", "p": 0.5}),
        json!({"kind": "jpeg", "quality": [5, 50]}),
        json!({"kind": "random_erasing", "p": 0.5, "scale": [0.02, 0.33], "ratio": [0.3, 3.3], "value": null}),
        json!({"kind": "auto_augment", "policy": "imagenet", "interpolation": "nearest", "fill": null}),
        json!({"kind": "auto_augment", "policy": "cifar10", "interpolation": "bilinear", "fill": fill}),
        json!({"kind": "auto_augment", "policy": "svhn", "interpolation": "nearest", "fill": fill}),
        json!({"kind": "rand_augment", "num_ops": 2, "magnitude": 9, "num_magnitude_bins": 31, "interpolation": "nearest", "fill": null}),
        json!({"kind": "trivial_augment_wide", "num_magnitude_bins": 31, "interpolation": "nearest", "fill": null}),
        json!({"kind": "aug_mix", "severity": 3, "mixture_width": 3, "chain_depth": -1, "alpha": 1, "all_ops": true, "interpolation": "bilinear", "fill": null}),
        json!({"kind": "random_jpeg_compression", "quality_min": 20, "quality_max": 75, "p": 0.5}),
        json!({"kind": "random_pixelate", "scale_min": 0.25, "scale_max": 0.75, "p": 0.5}),
        json!({"kind": "random_bilinear_downscale", "scale_min": 0.3, "scale_max": 0.75, "p": 0.5}),
        json!({"kind": "random_gaussian_noise", "sigma_min": 5, "sigma_max": 25, "p": 0.5}),
        json!({"kind": "broadcast_zoom_out", "min_scale": 1, "max_scale": 1.5, "fill_color": fill, "p": 0.5}),
        json!({"kind": "broadcast_zoom_in", "min_scale": 0.7, "max_scale": 1, "p": 0.5}),
    ]
}

#[test]
fn every_kind_depends_on_its_draw_alone() {
    for item in every_kind() {
        let kind = item["kind"].as_str().unwrap().to_owned();
        let nested = json!([
            {"kind": "random_apply", "p": 1.0, "transforms": [{"kind": "random_order", "transforms": [item]}]},
            {"kind": "identity"},
            resize(24, 24),
        ]);
        let pipeline = Pipeline::plan(&transforms(nested), None).unwrap();
        for image in [gradient(50, 40), gradient(13, 31), gradient(224, 150)] {
            let mut seen = HashSet::new();
            for sample in 0..12 {
                let draw = Draw::new(5, 1, sample);
                let out = apply(&pipeline, &image, draw);
                assert_eq!(out, apply(&pipeline, &image, draw), "{kind}");
                seen.insert(out);
            }
            let fixed = ["pad", "grayscale"].contains(&kind.as_str());
            assert!(fixed || seen.len() > 1, "{kind} never varies");
        }
    }
}

#[test]
fn one_transform_twice_draws_twice() {
    let noise = json!({"kind": "gaussian_noise", "mean": 0, "sigma": 0.2, "clip": true});
    let pipeline = |list| Pipeline::plan(&transforms(list), Some((9, 9))).unwrap();
    let grey = RgbImage::new(9, 9, vec![128; 243]);
    let once = apply(&pipeline(json!([noise])), &grey, Draw::new(1, 1, 1));
    let twice = apply(&pipeline(json!([noise, noise])), &grey, Draw::new(1, 1, 1));
    let second: Vec<i16> =
        twice.iter().zip(&once).map(|(twice, once)| i16::from(*twice) - i16::from(*once)).collect();
    let first: Vec<i16> = once.iter().map(|value| i16::from(*value) - 128).collect();
    assert_ne!(first, second);
}
