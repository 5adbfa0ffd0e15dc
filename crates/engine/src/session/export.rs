//! Writing the model to ONNX, with a batch that tells what the file should answer.

use std::path::Path;
use std::time::Instant;

use classifier_onnx::{
    Crop, Dim, ElementType, Emitter, Graph, Model, OnnxError, Opset, Preprocessing, Resize, Value,
    emit_preprocessing,
};
use classifier_spec::{ExportArrays, ExportPreprocessing, ExportReport, ExportRequest, Fault, Phase, Split};
use tch::{Device, Kind, Tensor};

use super::Session;
use crate::error::{Error, Result};
use crate::export::{Emission, NamedWeights, onnx_fault, write_model};
use crate::network::PassMode;
use crate::random::Key;

/// Side of the noise images where nothing tells the size.
const NOISE_SIDE: u32 = 224;

/// Row-major [n, height, width, 3].
struct Images {
    bytes: Vec<u8>,
    size: [i64; 4],
}

impl Session {
    /// Writes `model.onnx` and, where it is asked for, the model that takes images; each is replaced whole or not at all.
    pub fn export(
        &mut self,
        request: &ExportRequest,
    ) -> std::result::Result<(ExportReport, ExportArrays), Fault> {
        Ok(self.write_onnx(request)?)
    }

    fn write_onnx(&mut self, request: &ExportRequest) -> Result<(ExportReport, ExportArrays)> {
        let control = self.control.clone();
        let _phase = control.enter(Phase::Save);
        let _no_grad = tch::no_grad_guard();
        let started = Instant::now();
        let classes = self.plan.model.num_classes as usize;
        if request.labels.len() != classes {
            let count = request.labels.len();
            return Err(Error::config(format!("{count} labels for a model with {classes} classes")));
        }
        if request.input_hw.is_some_and(|sides| sides.contains(&0)) {
            return Err(Error::config("an input of 0 pixels"));
        }
        let tensors = self.tensors_for(request.weights)?;
        let named = self.named(&tensors)?;

        // Both are composed before either is written.
        let path = Path::new(&request.path);
        let weights = NamedWeights::new(&named);
        let model = self.plain_model(request, &weights).map_err(|error| onnx_fault(path, &error))?;
        let image_model = match &request.uint8 {
            None => None,
            Some(spec) => {
                let path = Path::new(&spec.path);
                let model = self
                    .image_model(request, &spec.preprocessing, &weights)
                    .map_err(|error| onnx_fault(path, &error))?;
                Some((model, path))
            }
        };
        let written = write_model(&model, path)?;
        let image_written = image_model.map(|(model, path)| write_model(&model, path)).transpose()?;

        let weights = self.resolve(request.weights);
        let (check_shape, arrays) = self.check_batch(request, &tensors)?;
        let seconds = started.elapsed().as_secs_f64();
        self.ledger.checkpoint_s += seconds;
        let report = ExportReport { model: written, uint8: image_written, weights, check_shape, seconds };
        Ok((report, arrays))
    }

    fn plain_model<'a>(
        &'a self,
        request: &ExportRequest,
        weights: &'a NamedWeights<'a>,
    ) -> std::result::Result<Model<'a>, OnnxError> {
        let opset = Opset::new(request.opset)?;
        let onnx = Emitter::new(Graph::new("classifier"), weights, request.fold_bn);
        let mut emission = Emission::new(onnx, &self.network.entries);
        let [height, width] = match request.input_hw {
            Some(sides) => sides.map(|side| Dim::Fixed(side.into())),
            None => [Dim::named("H"), Dim::named("W")],
        };
        let shape = [Dim::named("N"), Dim::Fixed(3), height, width];
        let input = emission.onnx.graph.input("input", ElementType::F32, &shape)?;
        let logits = self.network.emit(&mut emission, &input)?;
        emission.onnx.graph.output("logits", &logits)?;
        self.finish(emission, opset, request, None)
    }

    fn image_model<'a>(
        &'a self,
        request: &ExportRequest,
        preprocessing: &ExportPreprocessing,
        weights: &'a NamedWeights<'a>,
    ) -> std::result::Result<Model<'a>, OnnxError> {
        let opset = Opset::new(request.opset)?;
        let onnx = Emitter::new(Graph::new("classifier"), weights, request.fold_bn);
        let mut emission = Emission::new(onnx, &self.network.entries);
        let shape = [Dim::named("N"), Dim::named("H"), Dim::named("W"), Dim::Fixed(3)];
        let images = emission.onnx.graph.input("images", ElementType::U8, &shape)?;
        let spec = preprocessing_of(preprocessing)?;
        let input: Value = emit_preprocessing(&mut emission.onnx.graph, &images, &spec)?.normalized_nchw;
        let logits = self.network.emit(&mut emission, &input)?;
        let probabilities = emission.onnx.graph.softmax("softmax", &logits, 1)?;
        emission.onnx.graph.output("probabilities", &probabilities)?;
        emission.onnx.graph.output("logits", &logits)?;
        self.finish(emission, opset, request, Some(preprocessing))
    }

    fn finish<'a>(
        &self,
        emission: Emission<'a>,
        opset: Opset,
        request: &ExportRequest,
        preprocessing: Option<&ExportPreprocessing>,
    ) -> std::result::Result<Model<'a>, OnnxError> {
        let json = |value: std::result::Result<String, serde_json::Error>| {
            value.map_err(|error| OnnxError::Write(error.into()))
        };
        let mut model = Model::new(emission.onnx.graph, opset);
        model.metadata("labels", &json(serde_json::to_string(&request.labels))?)?;
        if let Some(preprocessing) = preprocessing {
            model.metadata("preprocessing", &json(serde_json::to_string(preprocessing))?)?;
        }
        for (key, value) in &request.metadata {
            model.metadata(key, value)?;
        }
        Ok(model)
    }

    /// The network's own answer in fp32 on the CPU: what low precision or TF32 would round away must not excuse a file.
    fn check_batch(
        &mut self,
        request: &ExportRequest,
        tensors: &[Tensor],
    ) -> Result<([u32; 4], ExportArrays)> {
        if request.check_images == 0 {
            return Ok(([0; 4], ExportArrays { inputs_nchw: Vec::new(), logits_nc: Vec::new() }));
        }
        let wanted =
            |images: &Images| request.input_hw.is_none_or(|sides| images.size[1..3] == sides.map(i64::from));
        let images = match self.first_images(request.check_images as usize)?.filter(wanted) {
            Some(images) => images,
            // No images, or none of the size that is exported.
            None => self.noise(request),
        };
        let on_cpu =
            tensors.iter().map(|tensor| Ok(tensor.f_to(Device::Cpu)?)).collect::<Result<Vec<_>>>()?;
        let normalize = self.normalize_eval.on_cpu()?;
        let images_nhwc = Tensor::f_from_data_size(&images.bytes, &images.size, Kind::Uint8)?;
        let inputs_nchw = normalize.apply(&images_nhwc)?;
        let logits_nc = self.network.forward(&on_cpu, &inputs_nchw, PassMode::EVALUATE)?;
        let [n, height, width, channels] = images.size.map(|side| side as u32);
        let arrays = ExportArrays { inputs_nchw: floats(&inputs_nchw)?, logits_nc: floats(&logits_nc)? };
        Ok(([n, channels, height, width], arrays))
    }

    fn first_images(&mut self, count: usize) -> Result<Option<Images>> {
        for split in [Split::Val, Split::Test, Split::Train] {
            let Some(source) = self.sources.get_mut(split) else { continue };
            source.start(0, 0)?;
            let (mut bytes, mut taken, mut side) = (Vec::new(), 0, [0, 0]);
            while taken < count {
                let Some(batch) = source.next()? else { break };
                let each = batch.height * batch.width * 3;
                let some = batch.labels_n.len().min(count - taken);
                bytes.extend_from_slice(&batch.images_nhwc.as_slice()[..some * each]);
                (taken, side) = (taken + some, [batch.height, batch.width]);
                source.recycle(batch);
            }
            if taken > 0 {
                let size = [taken, side[0], side[1], 3].map(|side| side as i64);
                return Ok(Some(Images { bytes, size }));
            }
        }
        Ok(None)
    }

    fn noise(&self, request: &ExportRequest) -> Images {
        let [height, width] = request.input_hw.unwrap_or([NOISE_SIDE; 2]);
        let size = [request.check_images, height, width, 3].map(i64::from);
        let key = Key::new(self.plan.seed, "export", &[]);
        let bytes = (0..size.iter().product::<i64>()).map(|at| key.bits(at.cast_unsigned()) as u8).collect();
        Images { bytes, size }
    }
}

fn preprocessing_of(spec: &ExportPreprocessing) -> std::result::Result<Preprocessing, OnnxError> {
    let resize = match spec.resize.as_deref() {
        None => None,
        Some(&[side]) => Some(Resize::Shorter(side)),
        Some(&[height, width]) => Some(Resize::Exact { height, width }),
        Some(other) => {
            let problem = format!("a resize to {other:?}: one number or [height, width] is known");
            return Err(OnnxError::Preprocessing { problem });
        }
    };
    let crop = spec.crop.map(|[height, width]| Crop { height, width });
    Ok(Preprocessing { resize, antialias: spec.antialias, crop, mean: spec.mean, std: spec.std })
}

fn floats(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor.f_contiguous()?;
    let mut values = vec![0f32; flat.numel()];
    flat.f_copy_data(&mut values, flat.numel())?;
    Ok(values)
}
