//! torchvision's ResNets (`torchvision/models/resnet.py`) as a composition of the crate's building blocks.

use classifier_onnx::{
    ConvAttributes, Dim, ElementType, Emitter, Graph, Model, OnnxError, Opset, PoolAttributes, Preprocessing,
    Value, WeightSource, emit_preprocessing,
};

const EPS: f64 = 1e-5;

#[derive(Debug, Clone)]
pub struct ResnetSpec {
    pub blocks: [usize; 4],
    pub bottleneck: bool,
    /// Height and width of the input; `None` leaves them open.
    pub input_hw: Option<[u64; 2]>,
}

impl ResnetSpec {
    pub fn named(architecture: &str) -> Option<Self> {
        let (blocks, bottleneck) = match architecture {
            "resnet18" => ([2, 2, 2, 2], false),
            "resnet34" => ([3, 4, 6, 3], false),
            "resnet50" => ([3, 4, 6, 3], true),
            _ => return None,
        };
        Some(Self { blocks, bottleneck, input_hw: None })
    }
}

/// `input` f32 [N, 3, H, W], normalised, to `logits` f32 [N, C].
pub fn classifier<'a>(
    spec: &ResnetSpec,
    weights: &'a dyn WeightSource,
    opset: Opset,
    fold_bn: bool,
) -> Result<Model<'a>, OnnxError> {
    let mut emitter = Emitter::new(Graph::new("resnet"), weights, fold_bn);
    let [height, width] = match spec.input_hw {
        Some(hw) => hw.map(Dim::Fixed),
        None => [Dim::named("H"), Dim::named("W")],
    };
    let dims = [Dim::named("N"), Dim::Fixed(3), height, width];
    let input = emitter.graph.input("input", ElementType::F32, &dims)?;
    let logits = resnet(&mut emitter, spec, &input)?;
    emitter.graph.output("logits", &logits)?;
    Ok(Model::new(emitter.graph, opset))
}

/// `images` u8 [N, H, W, 3] of any size to `probabilities` and `logits`, both f32 [N, C].
#[allow(dead_code, reason = "the example writes the plain model only")]
pub fn image_classifier<'a>(
    spec: &ResnetSpec,
    preprocessing: &Preprocessing,
    weights: &'a dyn WeightSource,
    opset: Opset,
) -> Result<Model<'a>, OnnxError> {
    let mut emitter = Emitter::new(Graph::new("resnet"), weights, true);
    let dims = [Dim::named("N"), Dim::named("H"), Dim::named("W"), Dim::Fixed(3)];
    let images = emitter.graph.input("images", ElementType::U8, &dims)?;
    let pixels = emit_preprocessing(&mut emitter.graph, &images, preprocessing)?;
    let logits = resnet(&mut emitter, spec, &pixels.normalized_nchw)?;
    let probabilities = emitter.graph.softmax("softmax", &logits, 1)?;
    emitter.graph.output("probabilities", &probabilities)?;
    emitter.graph.output("logits", &logits)?;
    Ok(Model::new(emitter.graph, opset))
}

fn resnet(emitter: &mut Emitter<'_>, spec: &ResnetSpec, input: &Value) -> Result<Value, OnnxError> {
    let mut x = emitter.conv_norm("conv1", "bn1", input, &square(7, 2), EPS)?;
    x = emitter.graph.relu("relu", &x)?;
    let pool = PoolAttributes { kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
    x = emitter.graph.max_pool("maxpool", &x, &pool)?;
    for (stage, count) in spec.blocks.into_iter().enumerate() {
        for index in 0..count {
            let stride = if stage > 0 && index == 0 { 2 } else { 1 };
            let block = format!("layer{}.{index}", stage + 1);
            let projected = index == 0 && (stage > 0 || spec.bottleneck);
            x = residual(emitter, &block, &x, spec.bottleneck, stride, projected)?;
        }
    }
    x = emitter.graph.global_average_pool("avgpool", &x)?;
    x = emitter.graph.flatten("flatten", &x, 1)?;
    emitter.linear("fc", &x)
}

fn residual(
    emitter: &mut Emitter<'_>,
    block: &str,
    x: &Value,
    bottleneck: bool,
    stride: u32,
    projected: bool,
) -> Result<Value, OnnxError> {
    let name = |part: &str| format!("{block}.{part}");
    // (kernel, stride); the stride sits on the 3×3 convolution (torchvision's "v1.5").
    let convs: &[(u32, u32)] =
        if bottleneck { &[(1, 1), (3, stride), (1, 1)] } else { &[(3, stride), (3, 1)] };
    let mut y = x.clone();
    for (index, (kernel, stride)) in convs.iter().enumerate() {
        let (conv, norm) = (name(&format!("conv{}", index + 1)), name(&format!("bn{}", index + 1)));
        y = emitter.conv_norm(&conv, &norm, &y, &square(*kernel, *stride), EPS)?;
        if index + 1 < convs.len() {
            y = emitter.graph.relu(&name(&format!("relu{}", index + 1)), &y)?;
        }
    }
    let skip = if projected {
        emitter.conv_norm(&name("downsample.0"), &name("downsample.1"), x, &square(1, stride), EPS)?
    } else {
        x.clone()
    };
    let sum = emitter.graph.add(&name("add"), &y, &skip)?;
    emitter.graph.relu(&name("relu"), &sum)
}

fn square(kernel: u32, stride: u32) -> ConvAttributes {
    ConvAttributes { stride: [stride; 2], padding: [kernel / 2; 2], ..ConvAttributes::default() }
}
