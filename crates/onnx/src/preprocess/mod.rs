//! Pillow's `Resize → CenterCrop → Normalize` inside the graph, for any image size and any opset.

mod axis;
mod resample;

use axis::Axis;

use crate::{ElementType, Graph, OnnxError, Tensor, Value};

/// The output size of a resize, as torchvision's `Resize(size)` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resize {
    /// The shorter side gets this length, the longer one ⌊length · longer / shorter⌋.
    Shorter(u32),
    Exact {
        height: u32,
        width: u32,
    },
}

/// torchvision's `CenterCrop`: where the image is smaller, it is filled up with zeros before normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    pub height: u32,
    pub width: u32,
}

/// What happens to an image before the network sees it; `None` leaves a step out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preprocessing {
    /// Bilinear.
    pub resize: Option<Resize>,
    /// Widen the filter when shrinking, as Pillow always does.
    pub antialias: bool,
    pub crop: Option<Crop>,
    /// Of values in 0 … 1.
    pub mean: [f64; 3],
    pub std: [f64; 3],
}

/// Both f32 [N, 3, H, W].
#[derive(Debug, Clone)]
pub struct Preprocessed {
    /// Whole numbers 0 … 255: the pixels that Pillow's 8-bit resize gives.
    pub levels_nchw: Value,
    /// (levels / 255 − mean) / std.
    pub normalized_nchw: Value,
}

/// Adds the preprocessing of `images_nhwc` (u8 [N, H, W, 3], any size).
pub fn emit_preprocessing(
    graph: &mut Graph<'_>,
    images_nhwc: &Value,
    spec: &Preprocessing,
) -> Result<Preprocessed, OnnxError> {
    check(spec)?;
    images_nhwc.expect_element("preprocess", "the images", ElementType::U8)?;
    images_nhwc.expect_rank("preprocess", "the images", 4)?;
    images_nhwc.expect_dim("preprocess", "the images", 3, &crate::Dim::Fixed(3))?;

    let shape = graph.shape_of("preprocess.shape", images_nhwc)?;
    let height = graph.pick("preprocess.height", &shape, 1)?;
    let width = graph.pick("preprocess.width", &shape, 2)?;
    let rows = Axis::emit(graph, "preprocess.rows", spec, true, [&height, &width])?;
    let columns = Axis::emit(graph, "preprocess.columns", spec, false, [&width, &height])?;

    // Only the pixels that the crop's filters reach are converted.
    let starts = graph.concat_1d("preprocess.starts", &[&rows.start_1, &columns.start_1])?;
    let ends = graph.concat_1d("preprocess.ends", &[&rows.end_1, &columns.end_1])?;
    let window_nhwc = graph.slice("preprocess.window", images_nhwc, &starts, &ends, &[1, 2])?;
    let window_nchw = graph.transpose("preprocess.window_nchw", &window_nhwc, &[0, 3, 1, 2])?;
    let pixels_nchw = graph.cast("preprocess.pixels", &window_nchw, ElementType::F32)?;

    // Pillow resamples along x first and rounds to 8 bits in between. (From Pillow 13 on along y first where an image
    // shrinks much more in y than in x, which only `Resize::Exact` can ask for: then up to one level of difference.)
    let narrow_nchw = resample::emit(graph, "preprocess.narrow", &pixels_nchw, &columns, false)?;
    let levels_nchw = resample::emit(graph, "preprocess.levels", &narrow_nchw, &rows, true)?;

    let white = graph.scalar_f32(255.0)?;
    let channels =
        |name: &str, values: [f64; 3]| Tensor::f32(name, &[3, 1, 1], &values.map(|value| value as f32));
    let mean = graph.initializer(channels("preprocess.mean", spec.mean)?)?;
    let std = graph.initializer(channels("preprocess.std", spec.std)?)?;
    let unit = graph.div("preprocess.unit", &levels_nchw, &white)?;
    let centred = graph.sub("preprocess.centred", &unit, &mean)?;
    let normalized_nchw = graph.div("preprocess.normalized", &centred, &std)?;
    Ok(Preprocessed { levels_nchw, normalized_nchw })
}

fn check(spec: &Preprocessing) -> Result<(), OnnxError> {
    let refuse = |problem: String| Err(OnnxError::Preprocessing { problem });
    let sizes = match spec.resize {
        Some(Resize::Shorter(size)) => [size, size],
        Some(Resize::Exact { height, width }) => [height, width],
        None => [1, 1],
    };
    if sizes.contains(&0) {
        return refuse("a resize to 0 pixels".to_owned());
    }
    if spec.crop.is_some_and(|crop| crop.height == 0 || crop.width == 0) {
        return refuse("a crop of 0 pixels".to_owned());
    }
    let std_ok = |value: &f64| (*value as f32).is_finite() && (*value as f32) != 0.0;
    if !spec.std.iter().all(std_ok) || !spec.mean.iter().all(|value| value.is_finite()) {
        return refuse(format!(
            "mean {:?}, std {:?}: need finite numbers and no std of 0",
            spec.mean, spec.std
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dim;

    const SPEC: Preprocessing = Preprocessing {
        resize: Some(Resize::Shorter(256)),
        antialias: true,
        crop: Some(Crop { height: 224, width: 192 }),
        mean: [0.5; 3],
        std: [0.25; 3],
    };

    fn emit(shape: [Dim; 4], element: ElementType, spec: &Preprocessing) -> Result<Preprocessed, OnnxError> {
        let mut graph = Graph::new("g");
        let images = graph.input("images", element, &shape)?;
        emit_preprocessing(&mut graph, &images, spec)
    }

    fn any_size() -> [Dim; 4] {
        [Dim::named("N"), Dim::named("H"), Dim::named("W"), Dim::Fixed(3)]
    }

    #[test]
    fn the_crop_is_known_before_the_model_runs() {
        let done = emit(any_size(), ElementType::U8, &SPEC).unwrap();
        let expected = [Dim::named("N"), Dim::Fixed(3), Dim::Fixed(224), Dim::Fixed(192)];
        assert_eq!(done.normalized_nchw.shape(), expected);
        assert_eq!(done.levels_nchw.shape(), expected);
    }

    #[test]
    fn refuses_what_cannot_be() {
        let fails = |spec: Preprocessing| emit(any_size(), ElementType::U8, &spec).unwrap_err().to_string();
        assert!(fails(Preprocessing { std: [1.0, 0.0, 1.0], ..SPEC }).contains("no std of 0"));
        assert!(fails(Preprocessing { mean: [f64::NAN; 3], ..SPEC }).contains("finite"));
        assert!(fails(Preprocessing { resize: Some(Resize::Shorter(0)), ..SPEC }).contains("resize to 0"));
        assert!(
            fails(Preprocessing { crop: Some(Crop { height: 0, width: 1 }), ..SPEC }).contains("crop of 0")
        );
        let gray = [Dim::named("N"), Dim::named("H"), Dim::named("W"), Dim::Fixed(1)];
        assert!(emit(gray, ElementType::U8, &SPEC).unwrap_err().to_string().contains("axis 3 of the images"));
        assert!(emit(any_size(), ElementType::F32, &SPEC).unwrap_err().to_string().contains("must be u8"));
    }
}
