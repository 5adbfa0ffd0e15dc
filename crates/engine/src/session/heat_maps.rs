//! Grad-CAM (Selvaraju et al. 2017): where in an image the evidence for a class lies.

use classifier_data::{Draw, ImageReader, Pipeline};
use classifier_spec::{Fault, HeatMapArrays, HeatMapReport, HeatMapRequest};
use tch::{Kind, Tensor};

use super::Session;
use crate::error::{Error, Result};

/// A coarser map says little about where.
const FEWEST_CELLS: u32 = 4;

impl Session {
    /// `ReLU(Σ_k α_k A_k)` of each sample, A being what leaves the layer and α_k the mean over it of ∂ logit / ∂ A_k.
    pub fn heat_maps(
        &mut self,
        request: &HeatMapRequest,
    ) -> std::result::Result<(HeatMapReport, HeatMapArrays), Fault> {
        Ok(self.explain(request)?)
    }

    fn explain(&self, request: &HeatMapRequest) -> Result<(HeatMapReport, HeatMapArrays)> {
        let classes = self.plan.model.num_classes;
        if let Some(targets) = &request.targets
            && (targets.len() != request.samples.len() || targets.iter().any(|&target| target >= classes))
        {
            return Err(Error::bug(format!(
                "heat maps of {} samples for the classes {targets:?} of {classes}",
                request.samples.len()
            )));
        }
        let (images_nhwc, input_hw) = self.seen(request)?;
        let stage = self.stage(request.layer.as_deref(), input_hw)?;
        let tensors = self.tensors_for(request.weights)?;
        let [height, width] = input_hw.map(|side| side as usize);
        let (size, batch) = (height * width * 3, (self.plan.eval_loader.batch_size as usize).max(1));
        let mut report = HeatMapReport {
            layer: self.network.stages()[stage].name.to_owned(),
            input_hw,
            map_hw: self.map_hw(stage, input_hw),
            targets: Vec::new(),
        };
        let mut maps_nhw = Vec::new();
        for (part, images) in images_nhwc.chunks(batch * size).enumerate() {
            let n = images.len() / size;
            let targets = request.targets.as_ref().map(|all| &all[part * batch..part * batch + n]);
            let shape = [n as i64, height as i64, width as i64, 3];
            let (maps, of) = self.maps_of(&tensors, images, shape, targets, stage)?;
            report.map_hw = [maps.size()[1] as u32, maps.size()[2] as u32];
            append(&mut maps_nhw, &maps)?;
            report.targets.extend(of);
        }
        Ok((report, HeatMapArrays { images_nhwc, maps_nhw }))
    }

    /// Maps [n, h, w] in fp32 on the CPU, and the class that each speaks of.
    fn maps_of(
        &self,
        tensors: &[Tensor],
        images_nhwc: &[u8],
        shape: [i64; 4],
        targets: Option<&[u32]>,
        stage: usize,
    ) -> Result<(Tensor, Vec<u32>)> {
        let features_nchw = tch::no_grad(|| -> Result<Tensor> {
            let images_nchw = self.normalize_eval.apply(&self.images_on_device(images_nhwc, shape)?)?;
            self.network.features(tensors, &images_nchw, stage)
        })?
        .f_detach()?
        .f_set_requires_grad(true)?;
        let logits_nk = self.network.logits(tensors, &features_nchw, stage)?.f_to_kind(Kind::Float)?;
        let targets_n1 = match targets {
            Some(targets) => {
                let targets: Vec<i64> = targets.iter().map(|&target| target.into()).collect();
                Tensor::f_from_slice(&targets)?.f_to(logits_nk.device())?.f_unsqueeze(1)?
            }
            None => logits_nk.f_argmax(1, true)?,
        };
        // The images do not touch each other in evaluation mode, so one backward pass serves all.
        let score = logits_nk.f_gather(1, &targets_n1, false)?.f_sum(Kind::Float)?;
        let slopes = Tensor::f_run_backward(&[&score], &[&features_nchw], false, false)?;
        let _no_grad = tch::no_grad_guard();
        let slope_nchw = slopes.first().ok_or_else(|| Error::bug("no gradient reached the features"))?;
        let share_nc11 =
            slope_nchw.f_to_kind(Kind::Float)?.f_mean_dim([2i64, 3].as_slice(), true, Kind::Float)?;
        let features_nchw = features_nchw.f_detach()?.f_to_kind(Kind::Float)?;
        let maps_nhw =
            share_nc11.f_mul(&features_nchw)?.f_sum_dim_intlist(1i64, false, Kind::Float)?.f_relu()?;
        let mut of = vec![0i64; shape[0] as usize];
        let count = of.len();
        targets_n1.f_to(tch::Device::Cpu)?.f_contiguous()?.f_copy_data(&mut of, count)?;
        let of = of.into_iter().map(|target| target as u32).collect();
        Ok((maps_nhw.f_to(tch::Device::Cpu)?.f_contiguous()?, of))
    }

    /// The samples as evaluation shows them, [n, height, width, 3].
    fn seen(&self, request: &HeatMapRequest) -> Result<(Vec<u8>, [u32; 2])> {
        let dataset =
            self.dataset.as_ref().ok_or_else(|| Error::bug("heat maps need a session with a data set"))?;
        let pipeline = Pipeline::plan(&self.plan.eval_loader.transforms, None)?;
        let (height, width) = pipeline.output_hw();
        let size = height * width * 3;
        let mut reader = ImageReader::new()?;
        let mut images_nhwc = vec![0; request.samples.len() * size];
        for (out_hwc, &sample) in images_nhwc.chunks_mut(size).zip(&request.samples) {
            let samples = dataset.len(request.split);
            if sample as usize >= samples {
                return Err(Error::bug(format!(
                    "sample {sample} of a split with {samples} samples was asked for"
                )));
            }
            let path = dataset.path(request.split, sample);
            // Evaluation pipelines draw nothing.
            reader.read(&path, dataset.exif_transpose(), &pipeline, Draw::new(0, 0, sample), out_hwc)?;
        }
        Ok((images_nhwc, [height as u32, width as u32]))
    }

    fn stage(&self, name: Option<&str>, input_hw: [u32; 2]) -> Result<usize> {
        let stages = self.network.stages();
        let Some(name) = name else {
            let fine = |&stage: &usize| self.map_hw(stage, input_hw).iter().all(|&side| side >= FEWEST_CELLS);
            return Ok((0..stages.len()).rev().find(fine).unwrap_or(0));
        };
        stages.iter().position(|stage| stage.name == name).ok_or_else(|| {
            let names: Vec<&str> = stages.iter().map(|stage| stage.name).collect();
            Error::config(format!(
                "there is no layer {name} to draw heat maps of; there are {}",
                names.join(", ")
            ))
        })
    }

    fn map_hw(&self, stage: usize, input_hw: [u32; 2]) -> [u32; 2] {
        let stride = self.network.stages()[stage].stride as u32;
        input_hw.map(|side| side.div_ceil(stride))
    }
}

fn append(values: &mut Vec<f32>, tensor: &Tensor) -> Result<()> {
    let start = values.len();
    values.resize(start + tensor.numel(), 0.0);
    let count = tensor.numel();
    tensor.f_copy_data(&mut values[start..], count)?;
    Ok(())
}
