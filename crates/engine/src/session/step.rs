//! One micro-batch, and the optimizer step at the end of its window.

use std::time::{SystemTime, UNIX_EPOCH};

use classifier_data::Batch;
use classifier_spec::{Fault, FaultKind};
use tch::{Kind, Tensor};

use super::{Session, Window};
use crate::error::Result;
use crate::injection::{self, Effect};
use crate::loss::Target;
use crate::mix::{Mixture, rolled};
use crate::network::PassMode;
use crate::normalize::Normalize;
use crate::optimizer::Climb;
use crate::random::Key;
use crate::torch;

/// What a micro-batch leaves for the span's sums.
pub(super) struct MicroBatch {
    pub loss: Tensor,
    pub logits_nk: Tensor,
    pub labels_n: Tensor,
}

/// A gradient norm, on the device until the span is read.
pub(super) enum GradNorm {
    Host(f64),
    Device(Tensor),
}

impl GradNorm {
    /// Waits for the device.
    pub(super) fn value(&self) -> Result<f64> {
        match self {
            Self::Host(norm) => Ok(*norm),
            Self::Device(norm) => Ok(norm.f_double_value(&[])?),
        }
    }
}

impl Session {
    /// u8 [N, H, W, 3] on the device; on the CPU without a copy.
    pub(super) fn images_on_device(&self, bytes: &[u8], size: [i64; 4]) -> Result<Tensor> {
        if bytes.len() as i64 != size.iter().product::<i64>() {
            return Err(crate::error::Error::bug(format!("{} bytes for images of {size:?}", bytes.len())));
        }
        if self.machine.on_cpu() {
            let strides = [size[1] * size[2] * size[3], size[2] * size[3], size[3], 1];
            // SAFETY: the normalisation that reads this view ends before the batch's memory is given back.
            let view = unsafe {
                Tensor::f_from_blob(bytes.as_ptr(), &size, &strides, Kind::Uint8, self.machine.device)
            };
            return Ok(view?);
        }
        let mut host = Tensor::f_from_data_size(bytes, &size, Kind::Uint8)?;
        if self.machine.pin_memory {
            host = torch::pin_memory(&host)?;
        }
        Ok(host.f_to_device_(self.machine.device, Kind::Uint8, self.machine.pin_memory, false)?)
    }

    /// What the network sees of a batch.
    pub(super) fn input(&self, batch: &Batch, normalize: &Normalize) -> Result<Tensor> {
        let size = [batch.labels_n.len() as i64, batch.height as i64, batch.width as i64, 3];
        let _no_grad = tch::no_grad_guard();
        normalize.apply(&self.images_on_device(batch.images_nhwc.as_slice(), size)?)
    }

    pub(super) fn labels(&self, batch: &Batch) -> Result<Tensor> {
        Ok(Tensor::f_from_slice(&batch.labels_n)?.f_to(self.machine.device)?)
    }

    /// Forward and backward of one micro-batch; its gradients go into the window.
    pub(super) fn micro_batch(&mut self, batch: &Batch) -> Result<MicroBatch> {
        let position = self.progress.position;
        let at = [u64::from(position.epoch), u64::from(position.batch)];
        let labels_n = self.labels(batch)?;
        let mut images_nchw = self.input(batch, &self.normalize_train)?;
        let (height, width) = (batch.height as i64, batch.width as i64);
        let mixture = self.plan.train.mix.as_ref();
        let mixture = mixture.and_then(|spec| Mixture::draw(spec, self.plan.seed, at, height, width));
        let others_n = match &mixture {
            Some(mixture) => {
                let _no_grad = tch::no_grad_guard();
                images_nchw = mixture.images(&images_nchw)?;
                rolled(&labels_n)?
            }
            None => labels_n.shallow_clone(),
        };
        if injection::hit("train.input", batch.labels_n.len() as u64) == Some(Effect::Nan) {
            images_nchw = images_nchw.f_mul_scalar(f64::NAN)?;
        }
        let share = mixture.map_or(1.0, |mixture| mixture.share);
        let target = match mixture {
            Some(_) => Target::Mixed { labels_n: &labels_n, others_n: &others_n, share },
            None => Target::Whole(&labels_n),
        };
        let mode = PassMode {
            train: true,
            track: true,
            dropout_seed: Key::new(self.plan.seed, "dropout", &at).bits(0),
        };
        let (loss, logits_nk, mut grads) = self.forward_backward(&images_nchw, target, mode)?;
        self.network.count_batch()?;
        if let Some(spec) = &self.plan.train.optimizer.sam {
            let climb = Climb::up(spec, &self.network, grads)?;
            // The running statistics are those of the weights themselves.
            let second = self.forward_backward(&images_nchw, target, PassMode { track: false, ..mode });
            climb.down(&self.network)?;
            grads = second?.2;
        }
        if injection::hit("train.gradient", batch.labels_n.len() as u64) == Some(Effect::Nan)
            && let Some(grad) = grads.first_mut()
        {
            let _ = grad.f_fill_(f64::NAN)?;
        }
        self.gather(grads, batch.labels_n.len() as u64)?;
        Ok(MicroBatch { loss, logits_nk, labels_n: if share < 0.5 { others_n } else { labels_n } })
    }

    pub(super) fn forward_backward(
        &self,
        images_nchw: &Tensor,
        target: Target,
        mode: PassMode,
    ) -> Result<(Tensor, Tensor, Vec<Tensor>)> {
        let logits_nk = self.network.forward(&self.network.working, images_nchw, mode)?;
        let loss = self.loss.mean(&logits_nk, target)?;
        self.memory_point("train.memory", images_nchw)?;
        let grads = self.gradients(&loss)?;
        Ok((loss.f_detach()?, logits_nk.f_detach()?, grads))
    }

    /// Gradients of the trainable parameters, still scaled where a scaler is on; fp32 but for the own pass, which takes
    /// them as they come.
    fn gradients(&self, loss: &Tensor) -> Result<Vec<Tensor>> {
        let scaled = match &self.scaler {
            Some(scaler) => scaler.scale_loss(loss)?,
            None => loss.shallow_clone(),
        };
        let inputs: Vec<&Tensor> =
            self.network.trainable.iter().map(|&id| &self.network.working[id]).collect();
        let grads = Tensor::f_run_backward(&[&scaled], &inputs, false, false)?;
        if self.optimizer.uses_own_pass()
            && self.plan.train.accumulate == 1
            && self.plan.train.optimizer.sam.is_none()
        {
            return Ok(grads);
        }
        grads.into_iter().map(|grad| Ok(grad.f_to_kind(Kind::Float)?)).collect()
    }

    fn gather(&mut self, grads: Vec<Tensor>, images: u64) -> Result<()> {
        let window = &mut self.window;
        if self.plan.train.accumulate == 1 {
            window.sums = grads;
        } else if window.sums.is_empty() {
            torch::scale(&grads, images as f64)?;
            window.sums = grads;
        } else {
            torch::add(&window.sums, &grads, images as f64)?;
        }
        window.batches += 1;
        window.images += images;
        Ok(())
    }

    /// The optimizer step of the window. Returns the gradient norm before clipping by norm.
    pub(super) fn optimizer_step(&mut self) -> Result<Option<GradNorm>> {
        let window = std::mem::take(&mut self.window);
        let position = self.progress.position;
        let factor = crate::schedule::factor(&self.plan.train.schedule, position.epoch, position.step);
        let lr = self.plan.train.optimizer.learning_rate * factor;
        let decay = self.ema.as_ref().map(|ema| ema.decay(position.step + 1));
        let norm = if self.optimizer.uses_own_pass() {
            self.own_step(&window, lr, decay)?
        } else {
            self.plain_step(&window, lr, decay)?
        };
        self.progress.position.step += 1;
        self.progress.ema_decay = decay;
        self.progress.learning_rate = lr;
        self.ledger.first_step_unix_ms.get_or_insert_with(|| {
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        });
        Ok(norm)
    }

    fn own_step(&mut self, window: &Window, lr: f64, decay: Option<f64>) -> Result<Option<GradNorm>> {
        let factor = if self.plan.train.accumulate > 1 { 1.0 / window.images as f64 } else { 1.0 };
        let ema = self.ema.as_ref().zip(decay);
        let clip = self.plan.train.clip.as_ref();
        let norm = self.optimizer.own_step(&self.network, &window.sums, factor, lr, clip, ema)?;
        Ok(norm.map(GradNorm::Host))
    }

    fn plain_step(&mut self, window: &Window, lr: f64, decay: Option<f64>) -> Result<Option<GradNorm>> {
        let grads = &window.sums;
        if self.plan.train.accumulate > 1 {
            torch::scale(grads, 1.0 / window.images as f64)?;
        }
        let found_inf = match &mut self.scaler {
            Some(scaler) => Some(scaler.unscale(grads)?.shallow_clone()),
            None => None,
        };
        let norm = match &self.plan.train.clip {
            Some(spec) => crate::optimizer::clip(grads, spec)?,
            None => None,
        };
        self.optimizer.step(&self.network, grads, lr, found_inf.as_ref())?;
        if let Some(scaler) = &mut self.scaler {
            scaler.update()?;
        }
        self.network.refresh_shadows()?;
        if let Some((ema, decay)) = self.ema.as_ref().zip(decay) {
            ema.update(&self.network.entries, &self.network.masters, decay)?;
        }
        Ok(norm.map(GradNorm::Device))
    }

    /// The fault of a loss or a gradient norm (`what`) that is not finite.
    pub(super) fn diverged(&self, what: &str, value: f64, epoch: u32, trace: &Trace) -> Fault {
        let source = self.sources.train.as_ref();
        let files = source.map(|source| source.files(&trace.indices_n)).unwrap_or_default();
        let (spec, Trace { batch, step, .. }) = (&self.plan.train, trace);
        let lr = spec.optimizer.learning_rate * crate::schedule::factor(&spec.schedule, epoch, *step);
        let shown = 8;
        let more =
            if files.len() > shown { format!(" and {} more", files.len() - shown) } else { String::new() };
        let images = files.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", ");
        let of = if files.is_empty() { String::new() } else { format!("; its images: {images}{more}") };
        let place = format!("epoch {epoch}, batch {batch} (optimizer step {step}, learning rate {lr:e})");
        Fault::new(FaultKind::Diverged, format!("The {what} became {value} in {place}{of}"))
            .hint("Lower the learning rate, lengthen the warmup, or set trainer.gradient_clip_val; look at the images.")
            .details(serde_json::json!({
                "what": what, "value": value.to_string(), "epoch": epoch, "batch": batch, "step": step,
                "learning_rate": lr, "files": files,
            }))
    }
}

/// Where a micro-batch stood and which samples it had, for messages.
pub(super) struct Trace {
    pub batch: u32,
    pub step: u64,
    pub indices_n: Vec<u32>,
}
