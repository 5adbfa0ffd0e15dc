//! Residual networks (He et al. 2015) in torchvision's v1.5 form: the stride of a bottleneck sits in its 3x3.

use classifier_onnx::{OnnxError, Value};
use classifier_spec::{Architecture, ModelSpec};
use tch::Tensor;

use super::{Model, Stage};
use crate::blueprint::Blueprint;
use crate::error::Result;
use crate::export::Emission;
use crate::layer::{Conv, ConvNorm, Dropout, GlobalAveragePool, Linear, MaxPool, Pass};

const STAGES: [Stage; 4] = [
    Stage { name: "layer1", stride: 4 },
    Stage { name: "layer2", stride: 8 },
    Stage { name: "layer3", stride: 16 },
    Stage { name: "layer4", stride: 32 },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Two 3x3.
    Basic,
    /// 1x1, 3x3, 1x1 with four times the width.
    Bottleneck,
}

impl Kind {
    fn expansion(self) -> i64 {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => 4,
        }
    }
}

fn shape_of(architecture: Architecture) -> (Kind, [usize; 4]) {
    match architecture {
        Architecture::Resnet18 => (Kind::Basic, [2, 2, 2, 2]),
        Architecture::Resnet34 => (Kind::Basic, [3, 4, 6, 3]),
        Architecture::Resnet50 => (Kind::Bottleneck, [3, 4, 6, 3]),
    }
}

#[derive(Debug)]
struct Block {
    branch: Vec<ConvNorm>,
    downsample: Option<ConvNorm>,
}

impl Block {
    fn new(
        b: &mut Blueprint,
        name: &str,
        kind: Kind,
        from: i64,
        width: i64,
        stride: i64,
        last_scale: f32,
    ) -> Self {
        let to = width * kind.expansion();
        // (from, to, kernel, stride) of each convolution of the branch.
        let convs = match kind {
            Kind::Basic => vec![(from, width, 3, stride), (width, width, 3, 1)],
            Kind::Bottleneck => vec![(from, width, 1, 1), (width, width, 3, stride), (width, to, 1, 1)],
        };
        let last = convs.len() - 1;
        let branch = convs
            .into_iter()
            .enumerate()
            .map(|(i, (from, to, kernel, stride))| {
                let scale = if i == last { last_scale } else { 1.0 };
                let conv = Conv::new(b, &format!("{name}.conv{}", i + 1), from, to, kernel, stride);
                ConvNorm::new(conv, b, &format!("{name}.bn{}", i + 1), scale)
            })
            .collect();
        let downsample = (stride != 1 || from != to).then(|| {
            let conv = Conv::new(b, &format!("{name}.downsample.0"), from, to, 1, stride);
            ConvNorm::new(conv, b, &format!("{name}.downsample.1"), 1.0)
        });
        Self { branch, downsample }
    }

    fn forward(&self, pass: &Pass, x_nchw: &Tensor) -> Result<Tensor> {
        let shortcut = match &self.downsample {
            Some(layer) => layer.forward(pass, x_nchw, None, false)?,
            None => x_nchw.shallow_clone(),
        };
        let last = self.branch.len() - 1;
        let mut y_nchw = x_nchw.shallow_clone();
        for (i, layer) in self.branch.iter().enumerate() {
            let residual = (i == last).then_some(&shortcut);
            y_nchw = layer.forward(pass, &y_nchw, residual, true)?;
        }
        Ok(y_nchw)
    }

    fn emit(&self, emission: &mut Emission<'_>, x_nchw: &Value) -> std::result::Result<Value, OnnxError> {
        let shortcut = match &self.downsample {
            Some(layer) => layer.emit(emission, x_nchw, None, false)?,
            None => x_nchw.clone(),
        };
        let last = self.branch.len() - 1;
        let mut y_nchw = x_nchw.clone();
        for (i, layer) in self.branch.iter().enumerate() {
            let residual = (i == last).then_some(&shortcut);
            y_nchw = layer.emit(emission, &y_nchw, residual, true)?;
        }
        Ok(y_nchw)
    }
}

#[derive(Debug)]
pub(super) struct Resnet {
    stem: ConvNorm,
    pool: MaxPool,
    blocks: Vec<Block>,
    /// Of each stage, the number of blocks up to its end.
    ends: [usize; 4],
    average: GlobalAveragePool,
    dropout: Dropout,
    head: Linear,
}

impl Resnet {
    pub(super) fn new(b: &mut Blueprint, spec: &ModelSpec) -> Self {
        let (kind, depths) = shape_of(spec.architecture);
        let last_scale = if spec.zero_init_residual { 0.0 } else { 1.0 };
        let conv = Conv::new(b, "conv1", 3, 64, 7, 2);
        let stem = ConvNorm::new(conv, b, "bn1", 1.0);
        let mut blocks = Vec::new();
        let mut ends = [0; 4];
        let mut from = 64;
        for (stage, depth) in depths.into_iter().enumerate() {
            let width = 64 << stage;
            for i in 0..depth {
                let stride = if i == 0 && stage > 0 { 2 } else { 1 };
                let name = format!("layer{}.{i}", stage + 1);
                blocks.push(Block::new(b, &name, kind, from, width, stride, last_scale));
                from = width * kind.expansion();
            }
            ends[stage] = blocks.len();
        }
        let head = Linear::new(b, "fc", from, i64::from(spec.num_classes));
        Self {
            stem,
            pool: MaxPool,
            blocks,
            ends,
            average: GlobalAveragePool,
            dropout: Dropout::new(spec.dropout),
            head,
        }
    }
}

impl Model for Resnet {
    fn stages(&self) -> &'static [Stage] {
        &STAGES
    }

    fn features(&self, pass: &Pass, images_nchw: &Tensor, stage: usize) -> Result<Tensor> {
        let stem = self.stem.forward(pass, images_nchw, None, true)?;
        let mut x_nchw = self.pool.forward(pass, &stem)?;
        for block in &self.blocks[..self.ends[stage]] {
            x_nchw = block.forward(pass, &x_nchw)?;
        }
        Ok(x_nchw)
    }

    fn logits(&self, pass: &Pass, features_nchw: &Tensor, stage: usize) -> Result<Tensor> {
        let mut x_nchw = features_nchw.shallow_clone();
        for block in &self.blocks[self.ends[stage]..] {
            x_nchw = block.forward(pass, &x_nchw)?;
        }
        let features_nf = self.dropout.forward(pass, self.average.forward(&x_nchw)?)?;
        self.head.forward(pass, &features_nf)
    }

    fn emit(
        &self,
        emission: &mut Emission<'_>,
        images_nchw: &Value,
    ) -> std::result::Result<Value, OnnxError> {
        let stem = self.stem.emit(emission, images_nchw, None, true)?;
        let mut x_nchw = self.pool.emit(emission, &stem)?;
        for block in &self.blocks {
            x_nchw = block.emit(emission, &x_nchw)?;
        }
        let features_nf = self.average.emit(emission, &x_nchw)?;
        self.head.emit(emission, &features_nf)
    }

    fn head(&self) -> &'static str {
        "fc"
    }
}
